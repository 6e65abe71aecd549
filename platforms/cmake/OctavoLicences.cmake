# The licences of what the installed files hold, in share/doc/PACKAGE: LICENSE is Octavo's own,
# `copyright` (the name that Debian wants) has those of the libraries inside liboctavo and the programs.

# Appends the licence in `file` to `text` of the caller.
macro(octavo_append_licence name file)
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "The licence of ${name} is not at '${file}'. Run scripts/bootstrap, or scripts/cross.")
  endif()
  file(READ "${file}" licence)
  string(APPEND text "==== ${name}\n\n${licence}\n")
endmacro()

set(text "Octavo is under the Apache License, version 2.0: LICENSE beside this file, on Debian also
/usr/share/common-licenses/Apache-2.0. These libraries are part of liboctavo and of Octavo's programs:\n\n")
if(OCTAVO_DEPS STREQUAL "source")
  foreach(name IN ITEMS XNNPACK pthreadpool cpuinfo)
    string(TOLOWER ${name} octavo_source)
    execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/bootstrap --print-source ${octavo_source}
      OUTPUT_VARIABLE octavo_source OUTPUT_STRIP_TRAILING_WHITESPACE)
    octavo_append_licence(${name} "${octavo_source}/LICENSE")
  endforeach()
  # A header that pthreadpool and XNNPACK compile in.
  octavo_append_licence(FXdiv ${octavo_package_templates}/fxdiv-licence.txt)
else()
  string(APPEND text "None. XNNPACK, pthreadpool and cpuinfo are the system's.\n")
endif()
if(octavo_musl)
  octavo_append_licence(musl ${octavo_musl}/usr/share/doc/musl-dev/copyright)
  if(OCTAVO_RUN_IMAGES)
    foreach(name IN ITEMS libjpeg-turbo libpng zlib)
      octavo_append_licence(${name} ${octavo_device_libs}/licences/${name})
    endforeach()
  endif()
endif()
file(WRITE ${octavo_package_dir}/copyright "${text}")

set(octavo_doc_runtime octavo)
set(octavo_doc_development liboctavo-dev)
set(octavo_doc_tools octavo-tools)
foreach(component IN ITEMS runtime development tools)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${octavo_package_dir}/copyright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${octavo_doc_${component}} COMPONENT ${component})
endforeach()
