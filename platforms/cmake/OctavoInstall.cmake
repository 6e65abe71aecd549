# What `cmake --install` and `cpack` put where, in three components:
#
#   runtime      octavo-run and liboctavo.so: what a device needs
#   development  octavo.h, liboctavo.a, liboctavo.so's link, find_package, pkg-config, examples
#   tools        octavo-convert, octavo-train and the other programs of a workstation
#
# With OCTAVO_STATIC_PROGRAMS there is no liboctavo.so. The target octavo_device builds the first two.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(OctavoMergedLibrary)
set(octavo_package_templates ${CMAKE_CURRENT_LIST_DIR}/package)
set(octavo_package_dir ${PROJECT_BINARY_DIR}/package)

# The programs and the libraries.
octavo_add_merged_library(${octavo_package_dir}/liboctavo.a)
install(TARGETS octavo-run RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
add_custom_target(octavo_device DEPENDS octavo-run octavo_merged)
if(TARGET octavo_shared)
  add_dependencies(octavo_device octavo_shared)
  install(TARGETS octavo_shared
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
endif()
if(OCTAVO_MODEL)
  octavo_model_program(octavo_model_target "${OCTAVO_MODEL}")
  install(TARGETS ${octavo_model_target} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  add_dependencies(octavo_device ${octavo_model_target})
endif()
foreach(program IN ITEMS bench convert eval make-images make-network train train-bench)
  if(TARGET octavo-${program})
    install(TARGETS octavo-${program}
      RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
  endif()
endforeach()

# What finds them. Paths are relative to the installed file, so that a prefix can be moved.
file(RELATIVE_PATH octavo_prefix_from_pc
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" octavo_prefix_from_pc ${octavo_prefix_from_pc})
set(octavo_private_libraries ${OCTAVO_SYSTEM_LIBRARIES})
list(TRANSFORM octavo_private_libraries PREPEND -l)
string(JOIN " " octavo_private_libraries ${octavo_private_libraries})
set(octavo_public_libraries -loctavo)
if(NOT TARGET octavo_shared)
  string(APPEND octavo_public_libraries " ${octavo_private_libraries}")
  set(octavo_private_libraries "")
endif()
configure_file(${octavo_package_templates}/octavo.pc.in ${octavo_package_dir}/octavo.pc @ONLY)
configure_package_config_file(${octavo_package_templates}/octavoConfig.cmake.in
  ${octavo_package_dir}/octavoConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/octavo
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
# Until 1.0 a minor version may change the interface.
write_basic_package_version_file(${octavo_package_dir}/octavoConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${octavo_package_dir}/octavoConfig.cmake ${octavo_package_dir}/octavoConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/octavo COMPONENT development)
install(FILES ${octavo_package_dir}/octavo.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES ${octavo_package_dir}/liboctavo.a
  DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/include/octavo.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples
  DESTINATION ${CMAKE_INSTALL_DATADIR}/octavo COMPONENT development PATTERN .clang-format EXCLUDE)

include(OctavoLicences)
include(OctavoPackages)
