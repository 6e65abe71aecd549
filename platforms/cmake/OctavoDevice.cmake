# Programs for devices: static ones, small ones, and ones with a model inside.
#
#   octavo_device_program(TARGET)             without gaps, with smaller versions of parts of libraries
#                                             and a linker map beside it, where OCTAVO_STATIC_PROGRAMS
#                                             has all programs static
#   octavo_trim_xnnpack(TARGET LAYERS)        leaves out of XNNPACK what none of these layers needs
#   octavo_model_layers(FILE OPERATORS LAYERS) reads a model's operators and layers, in the sense of
#                                             runtime/operators/xnnpack_entries.txt
#   octavo_model_program(RESULT FILE)         the name of the program for that one model
#   octavo_embed_model(TARGET FILE)           makes TARGET a program for that one model
#
# The model is read by CMake itself, so that all this works when cross compiling. The offsets are
# those of runtime/format.h.

option(OCTAVO_STATIC_PROGRAMS "Link programs statically and leave out of octavo-run what it does not need"
  OFF)
option(OCTAVO_RUN_IMAGES "octavo-run reads JPEG and PNG (OFF: binary PPM alone)" ON)
set(OCTAVO_MODEL "" CACHE FILEPATH
  "A .octavo file: also build octavo-run-NAME, a program for that one model")

if(OCTAVO_STATIC_PROGRAMS)
  # Compilers for Arm keep one otherwise, an instruction or two in every function.
  add_compile_options(-fomit-frame-pointer)
endif()

set(octavo_xnnpack_entries ${PROJECT_SOURCE_DIR}/runtime/operators/xnnpack_entries.txt)
# By opcode; the constants' names in runtime/operators/table.h after octavo_operator_.
set(octavo_operators - convolution fully_connected add max_pool average_pool global_average_pool clip
  softmax concatenation reshape pad quantize dequantize unary multiply subtract transpose slice
  resize mean)
set(octavo_types - int8 float32 int32)

# The little-endian number of `bytes` at `offset` of a string of hexadecimal digits.
function(octavo_number result digits offset bytes)
  set(value "")
  foreach(i RANGE 1 ${bytes})
    math(EXPR at "2 * (${offset} + ${i} - 1)")
    string(SUBSTRING "${digits}" ${at} 2 byte)
    set(value "${byte}${value}")
  endforeach()
  math(EXPR value "0x0${value}")
  set(${result} ${value} PARENT_SCOPE)
endfunction()

# The bytes of section `index` as hexadecimal digits.
function(octavo_section result file index)
  math(EXPR offset "64 + 24 * ${index}")
  file(READ ${file} entry OFFSET ${offset} LIMIT 24 HEX)
  octavo_number(begin "${entry}" 8 8)
  octavo_number(size "${entry}" 16 8)
  set(digits "")
  if(size GREATER 0)
    file(READ ${file} digits OFFSET ${begin} LIMIT ${size} HEX)
  endif()
  set(${result} "${digits}" PARENT_SCOPE)
endfunction()

# The type of tensor `index` by its name.
function(octavo_tensor_type result tensors index)
  math(EXPR offset "64 * ${index} + 4")
  octavo_number(type "${tensors}" ${offset} 1)
  list(GET octavo_types ${type} name)
  set(${result} ${name} PARENT_SCOPE)
endfunction()

# Whether a convolution has one channel in and out of each group: the rule of XNNPACK's
# create_convolution2d_nhwc.
function(octavo_is_depthwise result record tensors weights)
  math(EXPR shape "64 * ${weights} + 8")
  math(EXPR last "64 * ${weights} + 20")
  octavo_number(outputs "${tensors}" ${shape} 4)
  octavo_number(inputs_of_group "${tensors}" ${last} 4)
  octavo_number(groups "${record}" 56 4)
  set(${result} FALSE PARENT_SCOPE)
  if(inputs_of_group EQUAL 1 AND outputs EQUAL groups)
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

# XNNPACK's rule for a convolution that is a matrix product: kernel and stride are 1, nothing is padded.
function(octavo_is_pointwise result record)
  string(SUBSTRING "${record}" 32 32 window)
  string(SUBSTRING "${record}" 80 32 padding)
  set(${result} FALSE PARENT_SCOPE)
  if(window STREQUAL "01000000010000000100000001000000" AND padding MATCHES "^0+$")
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

# The names by which a convolution is known besides its own.
function(octavo_convolution_kinds result record tensors weights y)
  set(kinds)
  octavo_is_depthwise(depthwise "${record}" "${tensors}" ${weights})
  if(depthwise)
    list(APPEND kinds depthwise)
  endif()
  octavo_is_pointwise(pointwise "${record}")
  if(pointwise)
    list(APPEND kinds pointwise)
  endif()
  octavo_number(groups "${record}" 56 4)
  if(groups GREATER 1)
    list(APPEND kinds grouped)
  endif()
  math(EXPR height_at "64 * ${y} + 12")
  math(EXPR width_at "64 * ${y} + 16")
  octavo_number(height "${tensors}" ${height_at} 4)
  octavo_number(width "${tensors}" ${width_at} 4)
  math(EXPR pixels "${height} * ${width}")
  if(pixels LESS 16)
    list(APPEND kinds few_pixels)
  endif()
  set(${result} ${kinds} PARENT_SCOPE)
endfunction()

# Whether two tensors have different shapes.
function(octavo_is_broadcast result tensors a b)
  math(EXPR at_a "128 * ${a} + 16")
  math(EXPR at_b "128 * ${b} + 16")
  string(SUBSTRING "${tensors}" ${at_a} 48 shape_a)
  string(SUBSTRING "${tensors}" ${at_b} 48 shape_b)
  set(${result} TRUE PARENT_SCOPE)
  if(shape_a STREQUAL shape_b)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# Whether element-wise arithmetic clamps what its output's type does not: binary.c's rule, of which the
# bounds that need no rounding are seen here, infinity and, for int8, 0 with zero point -128 (a ReLU).
function(octavo_is_clamped result record tensors y)
  string(SUBSTRING "${record}" 32 8 minimum)
  string(SUBSTRING "${record}" 40 8 maximum)
  math(EXPR at "128 * ${y} + 104")
  string(SUBSTRING "${tensors}" ${at} 8 zero_point)
  octavo_tensor_type(type "${tensors}" ${y})
  set(${result} TRUE PARENT_SCOPE)
  if(maximum STREQUAL "0000807f" AND (minimum STREQUAL "000080ff" OR
     "${type} ${zero_point} ${minimum}" STREQUAL "int8 80ffffff 00000000"))
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# Operand `index` of the operator whose operands begin at `first`.
function(octavo_operand result operands first index)
  math(EXPR at "4 * (${first} + ${index})")
  octavo_number(tensor "${operands}" ${at} 4)
  set(${result} ${tensor} PARENT_SCOPE)
endfunction()

function(octavo_model_layers file operators_result layers_result)
  file(READ ${file} header LIMIT 64 HEX)
  if(NOT header MATCHES "^894f435441564f0a")
    message(FATAL_ERROR "OCTAVO_MODEL: ${file}: expected an Octavo model, found another kind of file")
  endif()
  octavo_section(tensors ${file} 1)
  octavo_section(records ${file} 2)
  octavo_section(operands ${file} 3)
  list(LENGTH octavo_operators known)
  string(LENGTH "${records}" digits)
  math(EXPR last "${digits} / 160 - 1")
  set(operators)
  set(layers)
  foreach(i RANGE ${last})
    math(EXPR at "160 * ${i}")
    string(SUBSTRING "${records}" ${at} 160 record)
    octavo_number(opcode "${record}" 4 2)
    octavo_number(operand "${record}" 8 4)
    if(opcode LESS 1 OR NOT opcode LESS known)
      message(FATAL_ERROR "OCTAVO_MODEL: ${file}: operator ${i}: opcode ${opcode} is not one of "
        "runtime/operators/. Is the model of a newer version?")
    endif()
    list(GET octavo_operators ${opcode} operator)
    octavo_operand(x "${operands}" ${operand} 0)
    octavo_tensor_type(type "${tensors}" ${x})
    if(opcode LESS 3) # these have weights
      octavo_operand(weights "${operands}" ${operand} 1)
      octavo_tensor_type(weights_type "${tensors}" ${weights})
      if(type STREQUAL "float32" AND weights_type STREQUAL "int8")
        set(type dynamic)
      endif()
    endif()
    list(APPEND operators ${operator})
    set(kinds ${operator})
    octavo_number(inputs "${record}" 12 2)
    octavo_operand(y "${operands}" ${operand} ${inputs})
    if(operator STREQUAL "convolution")
      octavo_convolution_kinds(more "${record}" "${tensors}" ${weights} ${y})
      list(APPEND kinds ${more})
    elseif(operator MATCHES "^(add|subtract|multiply)$")
      octavo_operand(other "${operands}" ${operand} 1)
      octavo_is_broadcast(broadcast "${tensors}" ${x} ${other})
      if(broadcast)
        list(APPEND kinds broadcast)
      endif()
      octavo_is_clamped(clamped "${record}" "${tensors}" ${y})
      if(clamped)
        list(APPEND kinds clamped)
      endif()
    endif()
    foreach(kind IN LISTS kinds)
      list(APPEND layers ${kind} ${kind}.${type})
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES operators)
  list(REMOVE_DUPLICATES layers)
  set(${operators_result} ${operators} PARENT_SCOPE)
  set(${layers_result} ${layers} PARENT_SCOPE)
endfunction()

# The C code of what stands for function `name` where no layer needs it; runtime/operators/
# xnnpack_entries.txt says what it does.
function(octavo_stub result name)
  set(wrapped __wrap_${name})
  if(name MATCHES "^xnn_init_.*_dwconv_config$")
    set(code "const void *${wrapped}(void);\nconst void *${wrapped}(void) {\n  return no_kernels;\n}\n")
  elseif(name MATCHES "^xnn_init_")
    set(code "const void *${wrapped}(void);\nconst void *${wrapped}(void) {\n  return 0;\n}\n")
  elseif(name MATCHES "^xnn_(create|reshape|setup)_")
    set(code "enum xnn_status ${wrapped}(void);\nenum xnn_status ${wrapped}(void) {
  return xnn_status_unsupported_parameter;\n}\n")
  elseif(name MATCHES "_to_string$")
    set(code "const char *${wrapped}(void);\nconst char *${wrapped}(void) {\n  return \"\";\n}\n")
  elseif(name STREQUAL "cpuinfo_get_uarch")
    set(code "const void *__real_${name}(unsigned index);
const void *${wrapped}(unsigned index);
const void *${wrapped}(unsigned index) {\n  return index == 0 ? __real_${name}(0) : 0;\n}\n")
  elseif(name MATCHES "^octavo_convolution_")
    set(code "extern const octavo_convolution_method ${wrapped};
const octavo_convolution_method ${wrapped} = {.accepts = refuse};\n")
  else()
    set(code "_Noreturn void ${wrapped}(void);\n_Noreturn void ${wrapped}(void) {\n  __builtin_trap();\n}\n")
  endif()
  set(${result} "${code}" PARENT_SCOPE)
endfunction()

# LAYERS: a list, in which ANY stands for those that any model may have, but not for `batch`.
function(octavo_trim_xnnpack target layers)
  # --wrap is an option of the linkers for ELF. That of Debian 12 crashes over it together with
  # AddressSanitizer's sections, and programs with sanitizers are not small anyway.
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR OCTAVO_SANITIZE)
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${octavo_xnnpack_entries})
  file(STRINGS ${octavo_xnnpack_entries} lines REGEX "^[a-z0-9_]+:")
  set(stubs "")
  foreach(line IN LISTS lines)
    string(REGEX MATCHALL "[a-z0-9_.]+" users "${line}")
    list(POP_FRONT users name)
    set(needed FALSE)
    if(name MATCHES "^octavo_convolution_(depthwise3x3|direct)$" AND
       NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
      set(users) # platforms/kernels.c has kernels for these on x86-64 alone
    endif()
    foreach(user IN LISTS users)
      if(user IN_LIST layers OR ("ANY" IN_LIST layers AND NOT user STREQUAL "batch"))
        set(needed TRUE)
      endif()
    endforeach()
    if(NOT needed)
      target_link_options(${target} PRIVATE -Wl,--wrap=${name})
      octavo_stub(stub ${name})
      string(APPEND stubs "\n${stub}")
    endif()
  endforeach()
  set(octavo_stubs "${stubs}")
  configure_file(${PROJECT_SOURCE_DIR}/runtime/run/trim.c.in
    ${CMAKE_CURRENT_BINARY_DIR}/${target}_trim.c @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}_trim.c)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/runtime)
endfunction()

function(octavo_device_program target)
  if(NOT OCTAVO_STATIC_PROGRAMS)
    return()
  endif()
  # Code and constants in one segment spare two gaps of up to a page.
  target_link_options(${target} PRIVATE
    -Wl,-Map=$<TARGET_FILE:${target}>.map -Wl,--build-id=none -Wl,-z,noseparate-code
    -Wl,--sort-section=alignment)
  if(octavo_musl)
    # musl write-protects nothing in a static program, so no data need pages of their own for that: a gap
    # of up to 64 KB on Arm.
    target_link_options(${target} PRIVATE -Wl,-z,norelro)
    # In place of the C library's own, which are several times as large.
    foreach(name IN ITEMS exp qsort strstr strtod strtol vfprintf)
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/platforms/musl/${name}.c)
    endforeach()
  endif()
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
    # In place of most of cpuinfo.
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/platforms/arm/cpuinfo_aarch64.c)
    target_link_libraries(${target} PRIVATE octavo_deps::xnnpack)
  endif()
endfunction()

# A target's name may not have all that a file's may.
function(octavo_model_program result file)
  get_filename_component(name "${file}" NAME_WLE)
  string(REGEX REPLACE "[^A-Za-z0-9_.+-]" "_" name "${name}")
  set(${result} octavo-run-${name} PARENT_SCOPE)
endfunction()

function(octavo_embed_model target file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  octavo_model_layers(${file} operators layers)
  message(STATUS "${target}: ${layers}")
  set(rows "")
  foreach(operator IN LISTS operators)
    string(APPEND rows "    &octavo_operator_${operator},\n")
  endforeach()
  get_filename_component(model_name ${file} NAME)
  set(model_code ${CMAKE_CURRENT_BINARY_DIR}/${target}_model.c)
  set(model_file ${file})
  set(model_rows "${rows}")
  configure_file(${PROJECT_SOURCE_DIR}/runtime/run/model_inside.c.in ${model_code} @ONLY)
  set_source_files_properties(${model_code} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${model_code})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/runtime
    ${PROJECT_SOURCE_DIR}/runtime/run)
  octavo_trim_xnnpack(${target} "${layers}")
endfunction()
