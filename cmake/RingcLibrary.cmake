# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# ringc_add_library: one folder of lib/ = one static library = one list of dependencies, checked
# against cmake/layers.json when CMake configures. It must not know any library by name.

include_guard(GLOBAL)

set(RINGKERNEL_LAYERS_FILE "${CMAKE_CURRENT_LIST_DIR}/layers.json")
file(READ "${RINGKERNEL_LAYERS_FILE}" RINGKERNEL_LAYERS_JSON)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${RINGKERNEL_LAYERS_FILE}")

# ringc_layer_list(<out> <layer> <may|external>): that list of the table; an unknown layer is an error.
function(ringc_layer_list out layer member)
  string(JSON count ERROR_VARIABLE error LENGTH "${RINGKERNEL_LAYERS_JSON}" layers "${layer}"
         "${member}")
  if(error)
    message(FATAL_ERROR "no layer '${layer}' in cmake/layers.json: ${error}")
  endif()
  set(result "")
  if(count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(i RANGE ${last})
      string(JSON entry GET "${RINGKERNEL_LAYERS_JSON}" layers "${layer}" "${member}" ${i})
      list(APPEND result "${entry}")
    endforeach()
  endif()
  set(${out} "${result}" PARENT_SCOPE)
endfunction()

# Target name of a layer: Target/CUDA -> ringcTargetCUDA.
function(ringc_target_name out layer)
  string(REPLACE "/" "" flat "${layer}")
  set(${out} "ringc${flat}" PARENT_SCOPE)
endfunction()

# ringc_add_library(<layer> SOURCES a.cpp ... [DEPENDS <layer> ...] [LINK <target> ...])
# Makes ringc<layer> (static). DEPENDS must all be allowed by layers.json; LLVM and Clang come from
# the table too.
function(ringc_add_library layer)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;DEPENDS;LINK")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ringc_add_library(${layer}): unknown arguments '${ARG_UNPARSED_ARGUMENTS}'")
  endif()
  ringc_target_name(target "${layer}")
  ringc_layer_list(allowed "${layer}" may)
  foreach(dependency IN LISTS ARG_DEPENDS)
    if(NOT dependency IN_LIST allowed)
      message(FATAL_ERROR "'${layer}' may not depend on '${dependency}': cmake/layers.json allows "
                          "'${allowed}'")
    endif()
  endforeach()

  add_library(${target} STATIC ${ARG_SOURCES})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(${target} PUBLIC ringcNoExceptions)
  ringkernel_set_warnings(${target})
  foreach(dependency IN LISTS ARG_DEPENDS)
    ringc_target_name(name "${dependency}")
    target_link_libraries(${target} PUBLIC ${name})
  endforeach()
  ringc_layer_list(external "${layer}" external)
  if("clang" IN_LIST external)
    target_link_libraries(${target} PUBLIC ringcClang)
  endif()
  target_link_libraries(${target} PUBLIC ringcLLVM ${ARG_LINK})
endfunction()
