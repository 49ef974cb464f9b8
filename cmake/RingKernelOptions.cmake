# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# How our own code is compiled: warnings, sanitizers, compiler cache, linker. Everything here is private
# to this build; nothing of it reaches a project that uses RingKernel.

include_guard(GLOBAL)

set(RINGKERNEL_SANITIZE "" CACHE STRING "sanitizers for our own code, e.g. 'address,undefined' or 'thread'")

# ringkernel_set_warnings(<target>...): for each program and library of ours.
function(ringkernel_set_warnings)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic
      $<$<BOOL:${RINGKERNEL_WERROR}>:-Werror>
      # GCC 12 warns inside its own std::string and std::optional (PR105651, PR105562).
      $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>)
  endforeach()
endfunction()

# LLVM's own libraries are built without exceptions; code that links them throws none either.
add_library(ringcNoExceptions INTERFACE)
target_compile_options(ringcNoExceptions INTERFACE -fno-exceptions)

if(PROJECT_IS_TOP_LEVEL)
  if(RINGKERNEL_SANITIZE)
    # Its runtime is a package apart (libclang-rt-19-dev), which only a link would miss.
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_FLAGS "-fsanitize=${RINGKERNEL_SANITIZE}")
    check_cxx_source_compiles("int main() {}" RINGKERNEL_SANITIZER_LINKS)
    unset(CMAKE_REQUIRED_FLAGS)
    if(NOT RINGKERNEL_SANITIZER_LINKS)
      message(FATAL_ERROR "${CMAKE_CXX_COMPILER} links nothing with -fsanitize=${RINGKERNEL_SANITIZE}: "
                          "install libclang-rt-19-dev, or give another CMAKE_CXX_COMPILER")
    endif()
    add_compile_options(-fsanitize=${RINGKERNEL_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${RINGKERNEL_SANITIZE})
  endif()

  find_program(RINGKERNEL_CCACHE ccache)
  if(RINGKERNEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Paths relative to the checkout, so that two build trees share their objects.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
        CCACHE_NOHASHDIR=1 "${RINGKERNEL_CCACHE}")
  endif()

  # A static clang links in 0.3 s with these and in many seconds with GNU ld.
  find_program(RINGKERNEL_LLD NAMES ld.lld)
  find_program(RINGKERNEL_MOLD NAMES mold)
  if(RINGKERNEL_LLD)
    add_link_options(-fuse-ld=lld)
  elseif(RINGKERNEL_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()
