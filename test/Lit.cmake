# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The lit suites: build/<preset>/bin/lit runs any of them by source path (`bin/lit -v test/IR`), ctest
# runs them all. What a test may use stands in lit.cfg.py.

set(RINGKERNEL_LIT_DIR "${LLVM_TOOLS_BINARY_DIR}/../build/utils/lit")
cmake_path(NORMAL_PATH RINGKERNEL_LIT_DIR)
if(NOT EXISTS "${RINGKERNEL_LIT_DIR}/lit/main.py")
  message(FATAL_ERROR "no lit in '${RINGKERNEL_LIT_DIR}': install llvm-19-tools")
endif()

configure_file(lit.site.cfg.py.in lit.site.cfg.py @ONLY)
configure_file(lit.in "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/lit" @ONLY
               FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE)

# ringkernel_add_lit(<name> <folder>... [PARAMS key=value ...]): one ctest over these folders of test/.
function(ringkernel_add_lit name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "PARAMS")
  list(TRANSFORM ARG_UNPARSED_ARGUMENTS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE folders)
  list(TRANSFORM ARG_PARAMS PREPEND "--param=" OUTPUT_VARIABLE parameters)
  add_test(NAME ${name} COMMAND Python3::Interpreter "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/lit" -sv
           --no-progress-bar ${parameters} ${folders})
  # lit uses all cores itself.
  set_tests_properties(${name} PROPERTIES LABELS lit RUN_SERIAL TRUE TIMEOUT 1800)
endfunction()

ringkernel_add_lit(lit .)
# The same IR once more through print, parse, print.
ringkernel_add_lit(lit-roundtrip IR Analysis Transforms PARAMS verify_roundtrip=1)
