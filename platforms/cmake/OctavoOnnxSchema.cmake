# Target octavo_onnx_schema: C code for the ONNX format, made by protobuf-c from the schema that
# libonnx-dev installs. Link it and #include "onnx.pb-c.h".

pkg_check_modules(protobuf_c REQUIRED IMPORTED_TARGET libprotobuf-c)
find_program(OCTAVO_PROTOC_C protoc-c)
find_path(OCTAVO_ONNX_PROTO_DIR onnx/onnx.proto)
if(NOT OCTAVO_PROTOC_C OR NOT OCTAVO_ONNX_PROTO_DIR)
  message(FATAL_ERROR "protoc-c (package protobuf-c-compiler) or onnx/onnx.proto (package "
    "libonnx-dev) was not found. Run scripts/bootstrap, which installs them.")
endif()

set(octavo_schema_dir ${PROJECT_BINARY_DIR}/onnx_schema)
set(octavo_schema_proto ${OCTAVO_ONNX_PROTO_DIR}/onnx/onnx.proto)
file(MAKE_DIRECTORY ${octavo_schema_dir})
add_custom_command(
  OUTPUT ${octavo_schema_dir}/onnx.pb-c.c ${octavo_schema_dir}/onnx.pb-c.h
  COMMAND ${OCTAVO_PROTOC_C} --c_out=${octavo_schema_dir}
    --proto_path=${OCTAVO_ONNX_PROTO_DIR}/onnx ${octavo_schema_proto}
  DEPENDS ${octavo_schema_proto}
  COMMENT "Generating onnx.pb-c.c from ${octavo_schema_proto}"
  VERBATIM)
add_library(octavo_onnx_schema STATIC
  ${octavo_schema_dir}/onnx.pb-c.c ${octavo_schema_dir}/onnx.pb-c.h)
target_include_directories(octavo_onnx_schema SYSTEM PUBLIC ${octavo_schema_dir})
target_link_libraries(octavo_onnx_schema PUBLIC PkgConfig::protobuf_c)
