# The static library as it is installed: one object that holds XNNPACK, pthreadpool and cpuinfo too.
#
# Programs link it with nothing else but the C library, cannot collide with another XNNPACK (the
# functions of octavo.h are its only global names), and get no kernel that Octavo never calls,
# whatever flags they link with.

# The names that octavo.h marks OCTAVO_API.
function(octavo_read_interface result header)
  file(READ ${header} text)
  string(REGEX MATCHALL "OCTAVO_API[^;(]*[ *]octavo_[a-z0-9_]+\\(" names "${text}")
  list(TRANSFORM names REPLACE ".*[ *](octavo_[a-z0-9_]+)\\(" "\\1")
  set(${result} ${names} PARENT_SCOPE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
endfunction()

# Sets OCTAVO_SYSTEM_LIBRARIES to the libraries by name that programs need beside it: those that
# are not there as archives (OCTAVO_DEPS=system), and the C library's.
function(octavo_add_merged_library archive)
  octavo_read_interface(names ${PROJECT_SOURCE_DIR}/include/octavo.h)
  get_filename_component(folder ${archive} DIRECTORY)
  list(JOIN names "\n" lines)
  file(WRITE ${folder}/interface.txt "${lines}\n")
  set(roots ${names})
  list(TRANSFORM roots PREPEND -Wl,-u,)

  get_target_property(libraries octavo_deps::xnnpack INTERFACE_LINK_LIBRARIES)
  set(archives ${libraries})
  list(FILTER archives INCLUDE REGEX "\\.a$")
  set(system)
  foreach(library IN LISTS libraries)
    if(library MATCHES "/lib([^/]+)\\.so$")
      list(APPEND system ${CMAKE_MATCH_1})
    endif()
  endforeach()
  set(OCTAVO_SYSTEM_LIBRARIES ${system} pthread m PARENT_SCOPE)

  separate_arguments(flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
  if(CMAKE_C_COMPILER_TARGET)
    list(APPEND flags --target=${CMAKE_C_COMPILER_TARGET})
  endif()
  set(object ${folder}/octavo.o)
  add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_C_COMPILER} ${flags} -r -nostdlib -Wl,--gc-sections ${roots} -o ${object}
      $<TARGET_OBJECTS:octavo_objects>
      -Wl,--start-group $<TARGET_FILE:octavo_platforms> ${archives} -Wl,--end-group
    COMMAND ${CMAKE_OBJCOPY} --keep-global-symbols=${folder}/interface.txt ${object}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_AR} qcs ${archive} ${object}
    DEPENDS octavo_objects $<TARGET_OBJECTS:octavo_objects> octavo_platforms ${archives}
      ${folder}/interface.txt
    COMMENT "Merging liboctavo.a" COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target(octavo_merged ALL DEPENDS ${archive})
endfunction()
