// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One pass over the tokens of a .metal source. Preprocessor lines and comments are skipped and
// kept.

#include "test/shims/metal/Source.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace ring::msl {

namespace {

struct Token {
  std::string_view text;
  std::size_t offset;
};

bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::vector<Token> tokenize(std::string_view s) {
  std::vector<Token> tokens;
  bool lineStart = true;
  for (std::size_t i = 0; i < s.size();) {
    const std::size_t start = i;
    if (s.substr(i, 2) == "//" || (lineStart && s[i] == '#')) {
      i = std::min(s.find('\n', i), s.size());
    } else if (s.substr(i, 2) == "/*") {
      i = std::min(s.find("*/", i + 2), s.size() - 2) + 2;
    } else if (isWord(s[i])) {
      while (i < s.size() && isWord(s[i]))
        ++i;
      tokens.push_back({s.substr(start, i - start), start});
    } else {
      const bool space = s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n';
      lineStart = s[i] == '\n' || (lineStart && space);
      if (!space)
        tokens.push_back({s.substr(i, 1), i});
      ++i;
      continue;
    }
    lineStart = false;
  }
  return tokens;
}

/// Words of C++ that Metal 3 does not have and that clang, in the mode of the check shim, lets
/// pass.
constexpr std::array<std::string_view, 7> kForbidden = {
    "asm", "dynamic_cast", "goto", "register", "thread_local", "try", "typeid"};

const std::set<std::string_view> kScalars = {
    "bool",        "char",       "uchar",        "short",       "ushort",       "int",
    "uint",        "long",       "ulong",        "half",        "float",        "float2",
    "float3",      "float4",     "uint2",        "uint3",       "uint4",        "int2",
    "int3",        "int4",       "void",         "size_t",      "int8_t",       "uint8_t",
    "int16_t",     "uint16_t",   "int32_t",      "uint32_t",    "int64_t",      "uint64_t",
    "atomic_uint", "atomic_int", "atomic_float", "atomic_bool", "packed_float3"};

const std::set<std::string_view> kBuiltIns = {
    "thread_position_in_threadgroup", "threadgroup_position_in_grid",
    "thread_position_in_grid",        "threads_per_threadgroup",
    "threadgroups_per_grid",          "threads_per_grid",
    "thread_index_in_threadgroup",    "thread_index_in_simdgroup",
    "simdgroup_index_in_threadgroup", "simdgroups_per_threadgroup",
    "threads_per_simdgroup"};

class Reader {
public:
  explicit Reader(std::string_view text) : text(text), tokens(tokenize(text)) {}

  Source read() {
    for (at = 0; at < tokens.size(); ++at)
      token();
    source.text = text;
    for (auto r = replacements.rbegin(); r != replacements.rend(); ++r)
      source.text.replace(r->first.offset, r->first.text.size(), r->second);
    return std::move(source);
  }

private:
  std::string_view word(std::size_t i) const {
    return i < tokens.size() ? tokens[i].text : std::string_view();
  }

  void error(std::size_t i, const std::string& message) {
    const std::size_t offset = tokens[std::min(i, tokens.size() - 1)].offset;
    const auto before = text.substr(0, offset);
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t column = offset - (before.rfind('\n') + 1) + 1; // npos + 1 is 0
    source.errors +=
        std::to_string(line) + ":" + std::to_string(column) + ": error: " + message + "\n";
  }

  void token() {
    const std::string_view t = word(at);
    if (t == "{")
      opensNamespace.push_back(isNamespaceBrace());
    else if (t == "}" && !opensNamespace.empty())
      opensNamespace.pop_back();
    else if (t == "struct" || t == "class" || t == "enum")
      types.insert(word(at + 1) == "class" ? word(at + 2) : word(at + 1));
    else if (t == "kernel")
      kernel();
    else if (t == "threadgroup" && declaresVariable())
      replacements.push_back({tokens[at], "ring_threadgroup_variable"});
    else if (t == "constant" && atProgramScope() && declaresVariable())
      replacements.push_back({tokens[at], "ring_program_constant"});
    else if (t.starts_with("simd_") || t == "threadgroup_barrier" || t == "simdgroup_barrier")
      source.synchronises = true;
    else if (std::ranges::find(kForbidden, t) != kForbidden.end())
      error(at, "`" + std::string(t) + "` does not exist in Metal");
    else if (t == "long" && (word(at + 1) == "long" || word(at + 1) == "double"))
      error(at, "`long " + std::string(word(at + 1)) + "` does not exist in Metal");
    else if (t == "[" && opensLambda())
      error(at, "a lambda does not exist in Metal 3");
    else if (t == "*" || t == "&")
      pointer();
  }

  bool isNamespaceBrace() const {
    return word(at - 1) == "namespace" || (at >= 2 && word(at - 2) == "namespace");
  }
  bool atProgramScope() const {
    return std::ranges::find(opensNamespace, false) == opensNamespace.end();
  }

  /// Whether the declaration that the qualifier at `at` belongs to is of a variable and not of a
  /// pointer, a reference, a parameter or a function: no `*`, `&` or `(` before its `;`, `=` or
  /// `{`.
  bool declaresVariable() const {
    std::size_t first = at;
    while (first > 0 && (word(first - 1) == "static" || word(first - 1) == "constexpr" ||
                         word(first - 1) == "const"))
      --first;
    const std::string_view before = first == 0 ? ";" : word(first - 1);
    if (before != ";" && before != "{" && before != "}")
      return false;
    for (std::size_t i = at; i < tokens.size(); ++i) {
      if (word(i) == ";" || word(i) == "=" || word(i) == "{")
        return true;
      if (word(i) == "*" || word(i) == "&" || word(i) == "(")
        return false;
    }
    return false;
  }

  bool opensLambda() const {
    const std::string_view before = at == 0 ? std::string_view() : word(at - 1);
    const bool expected = before == "=" || before == "(" || before == "," || before == "return";
    return expected && word(at + 1) != "[";
  }

  /// A declarator after a type's name must have its address space written: Metal has no default for
  /// it.
  void pointer() {
    if (at == 0 || (!kScalars.contains(word(at - 1)) && !types.contains(word(at - 1))))
      return;
    for (std::size_t i = at; i-- > 0;) {
      const std::string_view t = word(i);
      if (t == "device" || t == "constant" || t == "threadgroup" || t == "thread")
        return;
      if (t != "const" && t != "volatile" && t != "struct" && i + 1 != at)
        break;
    }
    error(at,
          "pointer or reference to `" + std::string(word(at - 1)) +
              "` without an address space: write `device`, `constant`, `threadgroup` or `thread`");
  }

  void kernel() {
    Kernel& kernel = source.kernels.emplace_back();
    if (word(at + 1) != "void" || word(at + 3) != "(") {
      error(at, "a kernel must be `kernel void NAME(...)`");
      return;
    }
    kernel.name = word(at + 2);
    std::size_t depth = 1;
    std::size_t first = at + 4;
    for (std::size_t i = first; i < tokens.size() && depth > 0; ++i) {
      depth += word(i) == "(" || word(i) == "[";
      depth -= word(i) == ")" || word(i) == "]";
      if ((depth == 1 && word(i) == ",") || depth == 0) {
        if (i > first)
          parameter(kernel, first, i);
        first = i + 1;
      }
    }
  }

  /// Reads the attribute of the parameter in tokens [first, end).
  void parameter(Kernel& kernel, std::size_t first, std::size_t end) {
    Parameter parameter;
    std::size_t i = first;
    while (i + 1 < end && (word(i) != "[" || word(i + 1) != "["))
      ++i;
    const std::string_view attribute = i + 2 < end ? word(i + 2) : std::string_view();
    if (attribute == "buffer") {
      const std::string_view number = word(i + 4);
      std::from_chars(number.data(), number.data() + number.size(), parameter.slot);
      const bool taken = std::ranges::find(kernel.parameters, parameter.slot, &Parameter::slot) !=
                         kernel.parameters.end();
      if (parameter.slot < 0 || parameter.slot > 30)
        error(i + 4, "buffer " + std::string(number) + " does not exist: Metal has 0 to 30");
      else if (taken)
        error(i + 4, "buffer " + std::string(number) + " is given to two parameters of `" +
                         kernel.name + "`");
    } else if (kBuiltIns.contains(attribute)) {
      parameter.builtIn = attribute;
    } else {
      error(first, "parameter of kernel `" + kernel.name +
                       "` without `[[buffer(N)]]` or a known built-in");
    }
    kernel.parameters.push_back(std::move(parameter));
  }

  std::string_view text;
  std::vector<Token> tokens;
  std::size_t at = 0;
  std::vector<bool> opensNamespace; ///< of each open brace
  std::set<std::string_view> types;
  std::vector<std::pair<Token, std::string>> replacements;
  Source source;
};

} // namespace

Source readSource(std::string_view text) { return Reader(text).read(); }

std::string kernelFunctions(const Source& source) {
  std::string text = "\n#include \"Thunk.h\"\n";
  for (const Kernel& kernel : source.kernels) {
    text += "extern \"C\" __attribute__((visibility(\"default\"))) void ring_msl_kernel_" +
            kernel.name +
            "(void* const* buffers, const ring::msl::Position* position) {\n"
            "  (void)buffers, (void)position;\n  ::" +
            kernel.name + "(";
    for (std::size_t i = 0; i < kernel.parameters.size(); ++i) {
      const Parameter& parameter = kernel.parameters[i];
      const std::string type =
          "<ring::msl::Parameters<decltype(::" + kernel.name + ")>::at<" + std::to_string(i) + ">>";
      text += i == 0 ? "\n    " : ",\n    ";
      text += parameter.slot >= 0
                  ? "ring::msl::buffer" + type + "(buffers[" + std::to_string(parameter.slot) + "])"
                  : "ring::msl::" + parameter.builtIn + type + "(*position)";
    }
    text += ");\n}\n";
  }
  return text;
}

} // namespace ring::msl
