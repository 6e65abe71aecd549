# Debian packages, one for each component: `cpack -G DEB` in the build folder, or the target `package`.
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL runtime development tools)
set(CPACK_PACKAGE_VENDOR Octavo)
if(NOT CPACK_PACKAGE_CONTACT) # who distributes packages names himself: -DCPACK_PACKAGE_CONTACT="Name <address>"
  set(CPACK_PACKAGE_CONTACT "Octavo developers <octavo@localhost>")
endif()
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Tells packages that link liboctavo.so what to depend on, and the loader that it is there.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${octavo_package_templates}/triggers)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME octavo)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "small int8 image classifiers on a CPU
The program octavo-run, which classifies pictures by one compact model file,
and the library liboctavo for programs of your own.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME liboctavo-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "octavo (= ${PROJECT_VERSION}), libc6-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS libjpeg-dev)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "small int8 image classifiers on a CPU (development files)
Header, static library, CMake and pkg-config files of liboctavo, with examples
in C and C++, one of which reads a camera.")
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME octavo-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "octavo (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "small int8 image classifiers on a CPU (training, conversion)
Programs that train image classifiers, convert them from ONNX to int8 model
files, and measure their accuracy and speed.")

# Debian wants a history in its own form; ours is NEWS.md.
find_program(OCTAVO_GZIP gzip)
if(OCTAVO_GZIP)
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE ${octavo_package_dir}/changelog "octavo (${PROJECT_VERSION}) unstable; urgency=medium

  * Octavo ${PROJECT_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  execute_process(COMMAND ${OCTAVO_GZIP} -9nf ${octavo_package_dir}/changelog)
  foreach(component IN ITEMS runtime development tools)
    install(FILES ${octavo_package_dir}/changelog.gz
      DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${octavo_doc_${component}} COMPONENT ${component})
  endforeach()
endif()
include(CPack)
