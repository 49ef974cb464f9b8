# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# LLVM and Clang for ringc: two interface libraries, ringcLLVM (ADT and Support) and ringcClang (what
# the frontend links). They name the static archives themselves, because the distribution's CMake
# targets pull in libLLVM.so, which costs every start of ringc 15 ms and a run-time dependency.

include_guard(GLOBAL)

# LLVM's FindFFI tries C wherever a C compiler is named, and fails unless the language is on.
if(DEFINED CMAKE_C_COMPILER)
  enable_language(C)
endif()
# Without "19.1" CMake takes an older clang that lies beside it, and fails.
find_package(Clang 19.1 REQUIRED CONFIG)

set(RINGC_CLANG_ARCHIVES
  clangTooling clangToolingCore clangToolingInclusions clangFrontend clangDriver clangSerialization
  clangParse clangSema clangAnalysis clangEdit clangRewrite clangFormat clangASTMatchers clangAST
  clangAPINotes clangSupport clangLex clangBasic)
# Components that those archives reach; llvm-config resolves them to archives in link order.
set(RINGC_CLANG_LLVM_COMPONENTS frontendopenmp frontendhlsl windowsdriver option targetparser support)

find_program(RINGKERNEL_LLVM_CONFIG NAMES llvm-config HINTS "${LLVM_TOOLS_BINARY_DIR}" NO_DEFAULT_PATH
             REQUIRED)

# ringc_llvm_archives(<out> component...): full paths of the static archives, in link order.
function(ringc_llvm_archives out)
  execute_process(COMMAND "${RINGKERNEL_LLVM_CONFIG}" --link-static --libfiles ${ARGN}
                  OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(files UNIX_COMMAND "${text}")
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

# ringc_static_or_shared(<out> name): libname.a where there is one, else -lname.
function(ringc_static_or_shared out name)
  find_library(RINGKERNEL_LIB_${name} NAMES lib${name}.a ${name} REQUIRED)
  set(${out} "${RINGKERNEL_LIB_${name}}" PARENT_SCOPE)
endfunction()

ringc_static_or_shared(zstd zstd)
ringc_static_or_shared(zlib z)
set(systemLibraries "${zstd}" "${zlib}" ${CMAKE_DL_LIBS} rt m)

# {fmt} writes messages and printed code: static like the rest. Debian has no libfmt.a, so its compiled
# half is built here.
find_path(RINGKERNEL_FMT_INCLUDE_DIR fmt/format.h REQUIRED)
find_library(RINGKERNEL_FMT_ARCHIVE libfmt.a)
if(RINGKERNEL_FMT_ARCHIVE)
  set(fmt "${RINGKERNEL_FMT_ARCHIVE}")
else()
  add_library(ringcFmt STATIC "${CMAKE_CURRENT_LIST_DIR}/../lib/Support/FmtLibrary.cpp")
  target_include_directories(ringcFmt SYSTEM PRIVATE "${RINGKERNEL_FMT_INCLUDE_DIR}")
  set(fmt ringcFmt)
endif()

ringc_llvm_archives(supportArchives support)
add_library(ringcLLVM INTERFACE)
target_include_directories(ringcLLVM SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_include_directories(ringcLLVM SYSTEM INTERFACE "${RINGKERNEL_FMT_INCLUDE_DIR}")
target_link_libraries(ringcLLVM INTERFACE ${fmt} ${supportArchives} ${systemLibraries} Threads::Threads)

ringc_llvm_archives(clangLLVMArchives ${RINGC_CLANG_LLVM_COMPONENTS})
set(clangArchives "")
foreach(name IN LISTS RINGC_CLANG_ARCHIVES)
  list(APPEND clangArchives "${LLVM_LIBRARY_DIRS}/lib${name}.a")
endforeach()
add_library(ringcClang INTERFACE)
target_include_directories(ringcClang SYSTEM INTERFACE ${CLANG_INCLUDE_DIRS})
# Clang's archives refer to each other in circles; a group lets GNU ld resolve them too.
list(JOIN clangArchives "," clangGroup)
target_link_libraries(ringcClang INTERFACE "$<LINK_GROUP:RESCAN,${clangGroup}>" ${clangLLVMArchives}
                      ${systemLibraries} Threads::Threads)

# The freestanding headers of the compiler that is linked in: ringc carries them, so it runs where clang
# is not installed. The intrinsics that libstdc++ itself includes (<random>) are among them.
set(RINGC_CLANG_HEADER_DIR "${LLVM_LIBRARY_DIR}/clang/${LLVM_VERSION_MAJOR}/include")
set(RINGC_CLANG_HEADERS
  __stdarg___gnuc_va_list.h __stdarg___va_copy.h __stdarg_header_macro.h __stdarg_va_arg.h
  __stdarg_va_copy.h __stdarg_va_list.h __stddef_header_macro.h __stddef_max_align_t.h
  __stddef_null.h __stddef_nullptr_t.h __stddef_offsetof.h __stddef_ptrdiff_t.h
  __stddef_rsize_t.h __stddef_size_t.h __stddef_unreachable.h __stddef_wchar_t.h
  __stddef_wint_t.h float.h inttypes.h iso646.h limits.h mm_malloc.h mmintrin.h xmmintrin.h
  emmintrin.h pmmintrin.h stdalign.h stdarg.h stdatomic.h stdbool.h stdckdint.h stddef.h stdint.h
  stdnoreturn.h tgmath.h unwind.h varargs.h)
