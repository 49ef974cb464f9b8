# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# ringkernel_embed: text files become a table {path, contents} inside a library, byte for byte, made
# again when one of them changes. Run with -P it is the generator itself. Text only: a NUL byte or a
# carriage return is refused, because a raw string literal could not carry it.

cmake_minimum_required(VERSION 3.25)

if(CMAKE_SCRIPT_MODE_FILE AND CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  # Variables: OUTPUT, FUNCTION, ROOT, LIST (a file with one path relative to ROOT a line), and where
  # the function is declared: HEADER, NAMESPACE, RANGE, ELEMENT.
  file(STRINGS "${LIST}" paths)
  set(arrays "")
  set(rows "")
  set(index 0)
  foreach(path IN LISTS paths)
    file(READ "${ROOT}/${path}" text)
    file(SIZE "${ROOT}/${path}" bytes)
    string(LENGTH "${text}" readBytes)
    string(FIND "${text}" "\r" carriageReturn)
    string(FIND "${text}" ")ringEmbed\"" delimiter)
    if(NOT carriageReturn EQUAL -1 OR NOT delimiter EQUAL -1 OR NOT readBytes EQUAL bytes)
      message(FATAL_ERROR "'${ROOT}/${path}' cannot be embedded: it holds a NUL, a carriage return "
                          "or the delimiter ')ringEmbed\"'")
    endif()
    # A raw string in pieces: compilers need not accept one longer than 64 KiB.
    set(pieces "")
    set(offset 0)
    while(offset LESS bytes)
      string(SUBSTRING "${text}" ${offset} 16000 piece)
      string(APPEND pieces "\n    R\"ringEmbed(${piece})ringEmbed\"")
      math(EXPR offset "${offset} + 16000")
    endwhile()
    if(pieces STREQUAL "")
      set(pieces " \"\"")
    endif()
    string(APPEND arrays "constexpr char file${index}[] =${pieces};\n")
    string(APPEND rows "    {\"${path}\", {file${index}, sizeof(file${index}) - 1}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(WRITE "${OUTPUT}" "// Generated from ${index} files by RingKernelEmbed.cmake; do not edit.\n"
    "#include \"${HEADER}\"\n\nnamespace {\n${arrays}\n"
    "constexpr ${NAMESPACE}::EmbeddedFile table[] = {\n${rows}};\n} // namespace\n\n"
    "${RANGE}<${ELEMENT}> ${NAMESPACE}::${FUNCTION}() { return table; }\n")
  return()
endif()

include_guard(GLOBAL)
set(RINGKERNEL_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

# ringkernel_embed(<target> FUNCTION <name> ROOT <dir> FILES <path relative to ROOT>... [RUNTIME])
# Defines in <target> ringc::<name>() of ringc/Support/Embedded.h; with RUNTIME, which has no LLVM,
# ring::runtime::<name>() of runtime/core/Embedded.h.
function(ringkernel_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "RUNTIME" "FUNCTION;ROOT" "FILES")
  if(NOT ARG_FILES)
    message(FATAL_ERROR "ringkernel_embed(${target}): nothing to embed under '${ARG_ROOT}'")
  endif()
  set(declared "-DHEADER=ringc/Support/Embedded.h" "-DNAMESPACE=ringc" "-DRANGE=llvm::ArrayRef"
    "-DELEMENT=ringc::EmbeddedFile")
  if(ARG_RUNTIME)
    set(declared "-DHEADER=runtime/core/Embedded.h" "-DNAMESPACE=ring::runtime" "-DRANGE=std::span"
      "-DELEMENT=const ring::runtime::EmbeddedFile")
  endif()
  list(SORT ARG_FILES)
  set(list "${CMAKE_CURRENT_BINARY_DIR}/${ARG_FUNCTION}.list")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${ARG_FUNCTION}.cpp")
  list(JOIN ARG_FILES "\n" lines)
  file(CONFIGURE OUTPUT "${list}" CONTENT "${lines}\n" @ONLY)
  list(TRANSFORM ARG_FILES PREPEND "${ARG_ROOT}/" OUTPUT_VARIABLE inputs)
  add_custom_command(OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DFUNCTION=${ARG_FUNCTION}" "-DROOT=${ARG_ROOT}"
            "-DLIST=${list}" ${declared} -P "${RINGKERNEL_EMBED_SCRIPT}"
    DEPENDS ${inputs} "${list}" "${RINGKERNEL_EMBED_SCRIPT}"
    COMMENT "Embedding ${ARG_FUNCTION}" VERBATIM)
  set_source_files_properties("${output}" PROPERTIES COMPILE_OPTIONS -w)
  target_sources(${target} PRIVATE "${output}")
endfunction()
