# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Packs the tests that need a GPU, so that they run on a machine that can build none of this: programs, the
# libraries that they load, and a CTestTestfile.cmake whose paths hang on its own place. `test/run-device` takes
# such a folder as it takes a build. Called by the target device-bundle:
#   cmake -D MANIFEST=<build>/device-tests.txt -D BUILD=<build> -D OUT=<folder> -D FILES="a;b" -P Bundle.cmake
# MANIFEST has a line for each program: NAME=FILTER, or NAME=@SCRIPT for a Python script over the program.

file(REMOVE_RECURSE "${OUT}")
file(MAKE_DIRECTORY "${OUT}/bin" "${OUT}/lib")
file(STRINGS "${MANIFEST}" lines)
find_program(strip NAMES strip llvm-strip-19)
# ctest reads the file with no variable that says where it lies, but from its folder.
set(script "# Made by the target device-bundle.\nset(here .) # ctest runs each test in the folder of this file\n")
set(programs "")

function(add_tests name filter)
  execute_process(COMMAND "${BUILD}/bin/${name}" --gtest_list_tests "--gtest_filter=${filter}"
                  OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" listed "${listed}")
  set(text "")
  set(suite "")
  foreach(line IN LISTS listed)
    string(REGEX REPLACE " *#.*" "" line "${line}")
    if(line MATCHES "^([^ ]+\\.)$")
      set(suite "${CMAKE_MATCH_1}")
    elseif(line MATCHES "^  ([^ ]+)$")
      set(test "${suite}${CMAKE_MATCH_1}")
      string(APPEND text
        "add_test(\"${name}.${test}\" \"\${here}/bin/${name}\" \"--gtest_filter=${test}\")\n"
        "set_tests_properties(\"${name}.${test}\" PROPERTIES LABELS device TIMEOUT 300 RESOURCE_LOCK cuda "
        "SKIP_REGULAR_EXPRESSION \"\\\\[  SKIPPED \\\\]\" ENVIRONMENT \"\${environment}\")\n")
    endif()
  endforeach()
  set(script "${script}${text}" PARENT_SCOPE)
endfunction()

string(APPEND script "set(environment \"LD_LIBRARY_PATH=\${here}/lib:\$ENV{LD_LIBRARY_PATH}\" "
  "\"RINGKERNEL_TRANSPORT_KERNELS=\${here}/Kernels.cu\")\n")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([^=]+)=(.*)$" ignored "${line}")
  set(name "${CMAKE_MATCH_1}")
  set(filter "${CMAKE_MATCH_2}")
  list(APPEND programs "${BUILD}/bin/${name}")
  if(filter MATCHES "^@(.*/([^/]+)/test/([^/]+))$")
    file(COPY_FILE "${CMAKE_MATCH_1}" "${OUT}/${CMAKE_MATCH_2}-${CMAKE_MATCH_3}")
    string(APPEND script
      "add_test(\"example.${name}\" python3 \"\${here}/${CMAKE_MATCH_2}-${CMAKE_MATCH_3}\" \"\${here}/bin/${name}\")\n"
      "set_tests_properties(\"example.${name}\" PROPERTIES LABELS device TIMEOUT 300 RESOURCE_LOCK cuda "
      "SKIP_RETURN_CODE 77 ENVIRONMENT \"\${environment}\")\n")
  elseif(filter)
    add_tests("${name}" "${filter}")
  endif()
endforeach()
file(COPY ${programs} DESTINATION "${OUT}/bin")
if(strip)
  file(GLOB copies "${OUT}/bin/*")
  execute_process(COMMAND "${strip}" ${copies} COMMAND_ERROR_IS_FATAL ANY)
endif()
# The C and C++ libraries of the other machine are its own.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${programs} RESOLVED_DEPENDENCIES_VAR libraries
     PRE_EXCLUDE_REGEXES "^(lib(c|m|dl|rt|pthread|gcc_s|stdc\\+\\+)\\.so|ld-linux)")
foreach(library IN LISTS libraries)
  file(COPY "${library}" DESTINATION "${OUT}/lib" FOLLOW_SYMLINK_CHAIN)
endforeach()
execute_process(COMMAND git -C "${CMAKE_CURRENT_LIST_DIR}" describe --always --abbrev=40 --dirty
                OUTPUT_FILE "${OUT}/commit.txt" ERROR_QUIET)
file(COPY ${FILES} DESTINATION "${OUT}")
configure_file("${MANIFEST}" "${OUT}/device-tests.txt" COPYONLY)
file(WRITE "${OUT}/CTestTestfile.cmake" "${script}")
