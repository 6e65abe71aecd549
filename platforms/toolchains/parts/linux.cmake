# What all targets share, after the file of a processor: Debian's tools, and flags that hold for every
# source. These are no CMAKE_C_FLAGS, which scripts/bootstrap sets itself.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${octavo_tools}-gcc)
set(CMAKE_CXX_COMPILER ${octavo_tools}-g++)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${octavo_processor_flags}>")
