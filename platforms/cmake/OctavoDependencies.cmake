# Libraries that the project links.
#
#   octavo_deps::xnnpack   XNNPACK, its kernels, pthreadpool, cpuinfo, libm, threads
#   octavo_deps::jpeg, octavo_deps::png, octavo_deps::jansson (not with OCTAVO_DEVICE_ONLY)
#
# OCTAVO_DEPS=source links the static libraries that scripts/bootstrap built; OCTAVO_DEPS=system
# links the distribution's.

# The toolchain files name the Debian architecture whose libraries scripts/fetch-sysroot unpacks; those for
# musl have libjpeg, libpng and zlib from scripts/device-libs.
if(octavo_musl)
  execute_process(
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/device-libs --print-prefix --toolchain ${CMAKE_TOOLCHAIN_FILE}
    OUTPUT_VARIABLE octavo_device_libs OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE octavo_code)
  if(NOT octavo_code EQUAL 0 OR NOT IS_DIRECTORY "${octavo_device_libs}")
    message(FATAL_ERROR "Expected libjpeg and libpng for musl in '${octavo_device_libs}'. Run "
      "scripts/cross, or scripts/device-libs --toolchain ${CMAKE_TOOLCHAIN_FILE}.")
  endif()
  list(PREPEND CMAKE_PREFIX_PATH ${octavo_device_libs})
elseif(OCTAVO_ARCHITECTURE)
  execute_process(
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/fetch-sysroot --print-folder ${OCTAVO_ARCHITECTURE}
    OUTPUT_VARIABLE octavo_sysroot OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE octavo_code)
  if(NOT octavo_code EQUAL 0 OR NOT IS_DIRECTORY "${octavo_sysroot}")
    message(FATAL_ERROR "Expected libjpeg and libpng for ${OCTAVO_ARCHITECTURE} in "
      "'${octavo_sysroot}'. Run scripts/cross, or scripts/fetch-sysroot ${OCTAVO_ARCHITECTURE}.")
  endif()
  list(PREPEND CMAKE_FIND_ROOT_PATH ${octavo_sysroot})
endif()
if(OCTAVO_STATIC_PROGRAMS)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  string(APPEND CMAKE_EXE_LINKER_FLAGS " -static")
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
if(OCTAVO_RUN_IMAGES OR NOT OCTAVO_DEVICE_ONLY)
  find_package(JPEG REQUIRED)
  find_package(PNG REQUIRED)
  if(octavo_sysroot)
    # jconfig.h differs between processors.
    set_property(TARGET JPEG::JPEG APPEND PROPERTY INTERFACE_INCLUDE_DIRECTORIES
      ${octavo_sysroot}/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
  endif()
  add_library(octavo_deps::jpeg ALIAS JPEG::JPEG)
  add_library(octavo_deps::png ALIAS PNG::PNG)
endif()
if(NOT OCTAVO_DEVICE_ONLY)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
  add_library(octavo_deps::jansson ALIAS PkgConfig::jansson)
endif()

# Asks scripts/bootstrap where it installs for this target; the folder's name follows from the
# pinned sources, the options and the compiler, so that a stale build is never linked.
function(octavo_bootstrap_prefix result)
  set(command ${PROJECT_SOURCE_DIR}/scripts/bootstrap --print-prefix)
  if(CMAKE_TOOLCHAIN_FILE)
    list(APPEND command --toolchain ${CMAKE_TOOLCHAIN_FILE})
  endif()
  execute_process(COMMAND ${command} OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "scripts/bootstrap --print-prefix failed (${code})")
  endif()
  set(${result} ${prefix} PARENT_SCOPE)
endfunction()

# Target octavo_pthreadpool: pthreadpool from its source, compiled with ThreadSanitizer. In the
# ordinary build of it ThreadSanitizer sees no order between a task and what comes before and
# after it, and reports races that are none.
function(octavo_add_checked_pthreadpool)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/bootstrap --print-source pthreadpool
    OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE code)
  if(NOT code EQUAL 0 OR NOT EXISTS ${folder}/src/portable-api.c)
    message(FATAL_ERROR "OCTAVO_SANITIZE=thread: expected the source of pthreadpool in "
      "'${folder}'. Run scripts/bootstrap, which puts it there.")
  endif()
  list(TRANSFORM ARGN PREPEND ${folder}/src/ OUTPUT_VARIABLE sources)
  add_library(octavo_pthreadpool STATIC ${sources})
  target_include_directories(octavo_pthreadpool PRIVATE ${folder}/include ${folder}/src)
  target_compile_definitions(octavo_pthreadpool PRIVATE _GNU_SOURCE PTHREADPOOL_USE_CPUINFO=0
    PTHREADPOOL_USE_FASTPATH=0 PTHREADPOOL_USE_FUTEX=0 PTHREADPOOL_USE_GCD=0
    PTHREADPOOL_USE_EVENT=0 FXDIV_USE_INLINE_ASSEMBLY=0)
endfunction()

function(octavo_find_library result name hint)
  # Names the cache variable after the search, so that another prefix is searched afresh.
  string(MD5 key "${name}${hint}")
  if(hint)
    find_library(octavo_lib_${key} ${name} PATHS ${hint}/lib NO_DEFAULT_PATH)
  else()
    find_library(octavo_lib_${key} ${name})
  endif()
  mark_as_advanced(octavo_lib_${key})
  set(${result} ${octavo_lib_${key}} PARENT_SCOPE)
endfunction()

# Defines octavo_deps::xnnpack from the libraries below `prefix` ("": the system's).
function(octavo_import_xnnpack prefix advice)
  set(libraries)
  set(searched "${prefix}")
  if(NOT prefix)
    set(searched "the folders of the system")
  endif()
  foreach(name IN ITEMS XNNPACK microkernels-prod pthreadpool cpuinfo)
    octavo_find_library(library ${name} "${prefix}")
    if(library AND name STREQUAL "pthreadpool" AND OCTAVO_SANITIZE STREQUAL "thread")
      octavo_add_checked_pthreadpool(legacy-api.c memory.c portable-api.c pthreads.c)
      list(APPEND libraries octavo_pthreadpool)
    elseif(library)
      list(APPEND libraries ${library})
    elseif(NOT (name STREQUAL "microkernels-prod" AND NOT prefix))
      message(FATAL_ERROR "OCTAVO_DEPS=${OCTAVO_DEPS}: the library ${name} was not found "
        "(searched: ${searched}). ${advice}")
    endif()
  endforeach()
  if(prefix)
    set(include_dir ${prefix}/include)
  else()
    find_path(OCTAVO_XNNPACK_INCLUDE_DIR xnnpack.h)
    set(include_dir ${OCTAVO_XNNPACK_INCLUDE_DIR})
  endif()
  if(NOT EXISTS ${include_dir}/xnnpack.h)
    message(FATAL_ERROR "OCTAVO_DEPS=${OCTAVO_DEPS}: xnnpack.h was not found. ${advice}")
  endif()
  # XNNPACK's header bears no version: this function tells the oldest that serves.
  file(STRINGS ${include_dir}/xnnpack.h found REGEX "xnn_create_reduce_nd")
  if(NOT found)
    message(FATAL_ERROR "OCTAVO_DEPS=${OCTAVO_DEPS}: expected XNNPACK of 2024-11-08 or later, "
      "found an older ${include_dir}/xnnpack.h. ${advice}")
  endif()
  add_library(octavo_deps::xnnpack INTERFACE IMPORTED GLOBAL)
  set_target_properties(octavo_deps::xnnpack PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${include_dir}
    INTERFACE_LINK_LIBRARIES "${libraries};m;Threads::Threads")
endfunction()

if(OCTAVO_DEPS STREQUAL "source")
  set(OCTAVO_DEPS_PREFIX "" CACHE PATH
    "Folder with XNNPACK, pthreadpool and cpuinfo; empty: where scripts/bootstrap put them")
  set(octavo_prefix "${OCTAVO_DEPS_PREFIX}")
  if(NOT octavo_prefix)
    octavo_bootstrap_prefix(octavo_prefix)
  endif()
  octavo_import_xnnpack("${octavo_prefix}" "Run scripts/bootstrap, which builds it.")
elseif(OCTAVO_DEPS STREQUAL "system")
  octavo_import_xnnpack("" "Install the packages libxnnpack-dev, libpthreadpool-dev and \
libcpuinfo-dev (Debian 13 and later have the version needed), or use OCTAVO_DEPS=source.")
else()
  message(FATAL_ERROR "OCTAVO_DEPS: expected source or system, found '${OCTAVO_DEPS}'")
endif()
