# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# ringkernel_add_kernel: handler files become a library that a program links. One target is one
# module: one ringc call over all its sources. The same file serves the build tree and the install; it
# needs RingKernel::Runtime and RingKernel::ringc, nothing else of RingKernel's build.
#
#   ringkernel_add_kernel(<target>
#     SOURCES <a.ring.h | b.ring.cpp> ...        handler files, relative to the calling directory
#     [TARGETS cuda msl wgsl]                    languages beside the host's C++; all three by default
#     [CUDA_ARCHITECTURES 80 90 ...]             also compile cubins ahead of time (needs NVRTC here)
#     [FP strict|fast]                           strict (default): the same floats on every target
#     [BOUNDS check|none]                        check (default): an index out of its array fails the actor
#     [LOOP_BUDGET <turns>])                     what loops of a handler may take; 0: no limit
#
# Makes the static library <target>. In its binary directory: <target>.ring.gen.h and .gen.cpp, the
# emitted .cu, .metal and .wgsl, and <target>.sm_<arch>.cubin. Include directories and definitions of
# <target>, set before or after, are passed to ringc too.

include_guard(GLOBAL)

# Where NVRTC is: ringc finds it itself, this only decides whether cubins can be asked for.
function(_ringkernel_have_nvrtc out)
  find_library(RINGKERNEL_NVRTC_LIBRARY NAMES nvrtc
    HINTS ENV CUDA_PATH ENV CUDA_HOME /usr/local/cuda PATH_SUFFIXES lib64 targets/x86_64-linux/lib)
  if(RINGKERNEL_NVRTC_LIBRARY)
    set(${out} TRUE PARENT_SCOPE)
  else()
    set(${out} FALSE PARENT_SCOPE)
  endif()
endfunction()

function(ringkernel_add_kernel target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "FP;BOUNDS;LOOP_BUDGET" "SOURCES;TARGETS;CUDA_ARCHITECTURES")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ringkernel_add_kernel(${target}): unknown arguments "
                        "'${ARG_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "ringkernel_add_kernel(${target}): SOURCES is empty")
  endif()
  if(NOT TARGET RingKernel::ringc)
    message(FATAL_ERROR "ringkernel_add_kernel(${target}): there is no ringc; set RINGKERNEL_RINGC to "
                        "the path of one that runs on this machine")
  endif()
  if(NOT ARG_TARGETS)
    set(ARG_TARGETS cuda msl wgsl)
  endif()
  if(NOT ARG_FP)
    set(ARG_FP strict)
  endif()
  if(NOT ARG_FP MATCHES "^(strict|fast)$")
    message(FATAL_ERROR "ringkernel_add_kernel(${target}): FP is '${ARG_FP}', not strict or fast")
  endif()
  set(modes "--fp=${ARG_FP}")
  if(DEFINED ARG_BOUNDS)
    if(NOT ARG_BOUNDS MATCHES "^(check|none)$")
      message(FATAL_ERROR "ringkernel_add_kernel(${target}): BOUNDS is '${ARG_BOUNDS}', not check or none")
    endif()
    list(APPEND modes "--bounds=${ARG_BOUNDS}")
  endif()
  if(DEFINED ARG_LOOP_BUDGET)
    if(NOT ARG_LOOP_BUDGET MATCHES "^[0-9]+$")
      message(FATAL_ERROR "ringkernel_add_kernel(${target}): LOOP_BUDGET is '${ARG_LOOP_BUDGET}', no number")
    endif()
    list(APPEND modes "--loop-budget=${ARG_LOOP_BUDGET}")
  endif()

  set(sources "")
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    list(APPEND sources "${source}")
  endforeach()

  set(dir "${CMAKE_CURRENT_BINARY_DIR}/${target}.ring")
  set(languageNames cuda msl wgsl)
  set(languageSuffixes .cu .metal .wgsl)
  set(outputs "")
  foreach(language IN LISTS ARG_TARGETS)
    if(NOT language MATCHES "^(cuda|msl|wgsl)$")
      message(FATAL_ERROR "ringkernel_add_kernel(${target}): unknown target '${language}', not one of "
                          "cuda, msl, wgsl")
    endif()
  endforeach()
  # In ringc's own order: ninja wants the first output of a command first in its depfile.
  foreach(language suffix IN ZIP_LISTS languageNames languageSuffixes)
    if(language IN_LIST ARG_TARGETS)
      list(APPEND outputs "${dir}/${target}${suffix}")
    endif()
  endforeach()
  list(APPEND outputs "${dir}/${target}.ring.gen.h" "${dir}/${target}.ring.gen.cpp")
  list(JOIN ARG_TARGETS "," languages)

  # ringc reads the handlers as <target> itself is compiled.
  set(includes "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
  set(definitions "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>")
  set(clangFlags -std=c++20
    "$<$<BOOL:${includes}>:-I$<JOIN:$<REMOVE_DUPLICATES:${includes}>,$<SEMICOLON>-I>>"
    "$<$<BOOL:${definitions}>:-D$<JOIN:$<REMOVE_DUPLICATES:${definitions}>,$<SEMICOLON>-D>>")

  set(depfile "${dir}/${target}.ring.d")
  file(MAKE_DIRECTORY "${dir}")
  add_custom_command(OUTPUT ${outputs}
    COMMAND RingKernel::ringc "--target=host,${languages}" --emit=source ${modes}
            "--module-name=${target}" --out-dir "${dir}" --depfile "${depfile}" ${sources}
            -- ${clangFlags}
    DEPENDS ${sources} RingKernel::ringc DEPFILE "${depfile}"
    COMMENT "Compiling handlers of ${target} for host,${languages}"
    COMMAND_EXPAND_LISTS VERBATIM)

  add_library(${target} STATIC ${outputs} ${sources})
  # Only the generated .cpp is a translation unit: it includes the .ring.cpp files itself.
  set_source_files_properties(${sources} PROPERTIES HEADER_FILE_ONLY ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}" "${dir}")
  target_link_libraries(${target} PUBLIC RingKernel::Runtime)

  if(ARG_CUDA_ARCHITECTURES)
    _ringkernel_add_cubins(${target} "${dir}" "${modes}" "${sources}" "${clangFlags}"
                           "${ARG_CUDA_ARCHITECTURES}")
  endif()
endfunction()

# One cubin for each architecture. They lie beside the emitted source; a machine without NVRTC builds the
# rest, and the program compiles the embedded source when it starts.
function(_ringkernel_add_cubins target dir modes sources clangFlags architectures)
  _ringkernel_have_nvrtc(haveNvrtc)
  if(NOT haveNvrtc)
    message(STATUS "ringkernel_add_kernel(${target}): no NVRTC here, no cubins ahead of time")
    return()
  endif()
  set(archs ${architectures})
  list(TRANSFORM archs PREPEND "sm_")
  set(cubins ${archs})
  list(TRANSFORM cubins PREPEND "${dir}/${target}.")
  list(TRANSFORM cubins APPEND ".cubin")
  list(JOIN archs "," archs)
  set(depfile "${dir}/${target}.cubin.d")
  add_custom_command(OUTPUT ${cubins}
    COMMAND RingKernel::ringc --target=cuda --emit=cubin "--arch=${archs}" ${modes}
            "--module-name=${target}" --out-dir "${dir}" --depfile "${depfile}" ${sources}
            -- ${clangFlags}
    DEPENDS ${sources} RingKernel::ringc DEPFILE "${depfile}"
    COMMENT "Compiling handlers of ${target} for ${archs}"
    COMMAND_EXPAND_LISTS VERBATIM)
  target_sources(${target} PRIVATE ${cubins})
endfunction()
