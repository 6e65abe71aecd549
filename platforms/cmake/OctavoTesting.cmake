# Functions that add tests. Each test is a program; ctest runs it with the environment of its
# caller (so OCTAVO_CIFAR10_DIR, where the data set lies, reaches it) and it leaves its single
# results in gtest/<name>.xml of the build folder, where scripts/test counts them.

if(CMAKE_CROSSCOMPILING)
  # From its source, which Debian's package googletest installs.
  set(OCTAVO_GOOGLETEST_DIR /usr/src/googletest CACHE PATH "Folder with the source of googletest")
  if(NOT EXISTS ${OCTAVO_GOOGLETEST_DIR}/CMakeLists.txt)
    message(FATAL_ERROR "Expected the source of googletest in '${OCTAVO_GOOGLETEST_DIR}' (package "
      "googletest). Install it, or build without tests: -DOCTAVO_BUILD_TESTS=OFF.")
  endif()
  set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
  add_subdirectory(${OCTAVO_GOOGLETEST_DIR} googletest EXCLUDE_FROM_ALL)
  foreach(name IN ITEMS gtest gtest_main gmock)
    if(NOT TARGET GTest::${name})
      add_library(GTest::${name} ALIAS ${name})
    endif()
  endforeach()
  find_program(OCTAVO_EMULATOR_PROGRAM ${OCTAVO_EMULATOR})
else()
  find_package(GTest REQUIRED)
endif()
find_program(OCTAVO_QEMU_X86_64 qemu-x86_64)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/gtest)
# Builds the programs that ThreadSanitizer is meant for, and no others.
add_custom_target(octavo_threads_tests)

# In a build for another processor: the tests with the label `quick`, which scripts/test runs without
# --all. These are tests of these folders on the first emulated processor, and those that ask for the label;
# on every processor those with the label `verify`.
add_custom_target(octavo_quick_tests)
set(octavo_quick_folders operators runtime session)

# octavo_register_test(NAME [THREADED] LABELS a b COMMAND c...)
# THREADED: ctest runs no other test beside it. pthreadpool's threads wait for work by spinning, so
# two such tests at once on two cores take ten times as long as one after the other.
# A program that finds that it cannot run here says why and exits with 77: skipped.
# In a build for another processor the test runs on each that the toolchain file lists, as
# NAME.PROCESSOR and with the name of its folder as a label.
function(octavo_register_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "THREADED" "" "LABELS;COMMAND")
  if(CMAKE_CROSSCOMPILING)
    octavo_register_emulated_tests(${name} "${arg_LABELS}" ${arg_COMMAND})
    return()
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}"
    TIMEOUT 300
    SKIP_RETURN_CODE 77
    RUN_SERIAL "${arg_THREADED}"
    ENVIRONMENT "GTEST_OUTPUT=xml:${PROJECT_BINARY_DIR}/gtest/${name}.xml")
endfunction()

# The processor goes through the environment, which programs that the test starts inherit. A test whose
# program is none of this build's, a shell script, runs on this machine's processor and puts
# OCTAVO_EMULATOR in front of what it starts.
function(octavo_register_emulated_tests name labels program)
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  set(threaded OFF)
  if("threads" IN_LIST labels)
    set(threaded ON)
  endif()
  set(quick)
  if(folder IN_LIST octavo_quick_folders OR labels MATCHES "quick|verify")
    list(REMOVE_ITEM labels quick)
    set(quick quick)
    if(TARGET ${program})
      add_dependencies(octavo_quick_tests ${program})
    endif()
  endif()
  foreach(cpu IN LISTS OCTAVO_EMULATED_CPUS)
    if(OCTAVO_EMULATOR_PROGRAM AND TARGET ${program})
      set(command ${OCTAVO_EMULATOR_PROGRAM} $<TARGET_FILE:${program}> ${ARGN})
    elseif(OCTAVO_EMULATOR_PROGRAM)
      set(command ${program} ${ARGN})
    else()
      set(command sh -c "echo 'skipped: ${OCTAVO_EMULATOR} (package qemu-user) is absent' && exit 77")
    endif()
    add_test(NAME ${name}.${cpu} COMMAND ${command})
    # libpng looks for libz beside itself only where it is told.
    set(libraries ${octavo_sysroot}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
    set_tests_properties(${name}.${cpu} PROPERTIES
      LABELS "${labels};${folder};${quick}"
      TIMEOUT 900
      SKIP_RETURN_CODE 77
      RUN_SERIAL "${threaded}"
      ENVIRONMENT "GTEST_OUTPUT=xml:${PROJECT_BINARY_DIR}/gtest/${name}.${cpu}.xml;QEMU_CPU=${cpu};OCTAVO_EMULATOR=${OCTAVO_EMULATOR_PROGRAM};QEMU_LD_PREFIX=${OCTAVO_EMULATOR_ROOT};QEMU_SET_ENV=LD_LIBRARY_PATH=${libraries}")
    if(NOT "verify" IN_LIST labels)
      set(quick)
    endif()
  endforeach()
endfunction()

# Runs the test program NAME once more on each emulated processor, under the label qemu.
function(octavo_add_qemu_tests name)
  if(CMAKE_CROSSCOMPILING OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" OR OCTAVO_SANITIZE)
    return()
  endif()
  foreach(cpu IN ITEMS Haswell Nehalem)
    if(OCTAVO_QEMU_X86_64)
      set(command ${OCTAVO_QEMU_X86_64} -cpu ${cpu} $<TARGET_FILE:${name}>)
    else()
      set(command sh -c "echo 'skipped: qemu-x86_64 (package qemu-user) is absent' && exit 77")
    endif()
    octavo_register_test(${name}.${cpu} THREADED LABELS qemu COMMAND ${command})
  endforeach()
endfunction()

# octavo_add_test(NAME [QEMU] SOURCES a.cc... [LIBS lib...] [LABELS label...])
# A googletest program. QEMU: run it also as AVX2 and SSE4 machines would. Labels that scripts/test
# knows: `threads` is run under ThreadSanitizer too, `slow` is left out under AddressSanitizer.
function(octavo_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "QEMU" "" "SOURCES;LIBS;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "octavo_add_test(${name}): expected SOURCES, and found no meaning for: "
      "${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PRIVATE octavo_warnings ${arg_LIBS} GTest::gmock GTest::gtest
    GTest::gtest_main)
  set(threaded)
  if(arg_QEMU OR "threads" IN_LIST arg_LABELS)
    set(threaded THREADED)
  endif()
  octavo_register_test(${name} ${threaded} LABELS ${arg_LABELS} COMMAND ${name})
  if("threads" IN_LIST arg_LABELS)
    add_dependencies(octavo_threads_tests ${name})
  endif()
  if(arg_QEMU)
    octavo_add_qemu_tests(${name})
  endif()
endfunction()

# octavo_add_fuzzer(NAME SOURCES a.c... CORPUS folder [LIBS lib...])
# The sources define LLVMFuzzerTestOneInput. With OCTAVO_FUZZ the program is a libFuzzer one;
# without, it replays files. Either way ctest runs it over the corpus. With OCTAVO_FUZZ the test
# NAME.minute, label fuzz-minute, looks for new crashes and leaves them in fuzz/NAME/ of the build
# folder.
function(octavo_add_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "SOURCES;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES OR NOT arg_CORPUS)
    message(FATAL_ERROR "octavo_add_fuzzer(${name}): expected SOURCES and CORPUS, and found no "
      "meaning for: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(corpus ${arg_CORPUS} ABSOLUTE)
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PRIVATE octavo_warnings ${arg_LIBS})
  if(OCTAVO_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    # -runs=0: the files of the corpus only, nothing invented. libFuzzer's own exit code for a crash
    # is 77, which means "skipped" to ctest here.
    octavo_register_test(${name} LABELS fuzz COMMAND ${name} -error_exitcode=1 -runs=0 ${corpus})
    set(work ${PROJECT_BINARY_DIR}/fuzz/${name})
    file(MAKE_DIRECTORY ${work}/corpus)
    octavo_register_test(${name}.minute LABELS fuzz-minute COMMAND ${name} -error_exitcode=1
      -max_total_time=60 -timeout=10 -rss_limit_mb=2048 -artifact_prefix=${work}/ ${work}/corpus ${corpus})
  else()
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.c)
    octavo_register_test(${name} LABELS fuzz COMMAND ${name} ${corpus})
  endif()
endfunction()
