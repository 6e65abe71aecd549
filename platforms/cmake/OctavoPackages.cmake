# Debian packages, one for each component: `cpack -G DEB` in the build folder, or the target `package`.
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL runtime development tools)
set(CPACK_PACKAGE_VENDOR Octavo)
set(CPACK_PACKAGE_CONTACT "Octavo developers <octavo@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# With liboctavo.so's name and version for packages that link it, and the trigger of ldconfig.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
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
include(CPack)
