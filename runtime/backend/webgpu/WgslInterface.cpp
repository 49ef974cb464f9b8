// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A scanner over WGSL tokens: module-scope `var<storage>` with its attributes, functions with the
// names in their bodies, and from these what each entry point reaches. Not a parser: whatever else
// the module holds is skipped.

#include "runtime/backend/webgpu/WgslInterface.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace ring::runtime::webgpu {

namespace {

bool isNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Skips a block comment, which nests in WGSL, from its `/*` at `i`.
std::size_t endOfBlockComment(std::string_view s, std::size_t i) {
  std::size_t depth = 0;
  for (; i < s.size(); ++i) {
    if (s.substr(i, 2) == "/*") {
      ++depth;
      ++i;
    } else if (s.substr(i, 2) == "*/") {
      ++i;
      if (--depth == 0)
        return i + 1;
    }
  }
  return i;
}

/// Names and numbers whole, every other character a token of its own.
std::vector<std::string_view> tokenize(std::string_view s) {
  std::vector<std::string_view> tokens;
  for (std::size_t i = 0; i < s.size();) {
    if (s.substr(i, 2) == "//") {
      i = std::min(s.find('\n', i), s.size());
    } else if (s.substr(i, 2) == "/*") {
      i = endOfBlockComment(s, i);
    } else if (isNameChar(s[i])) {
      std::size_t end = i;
      while (end < s.size() && isNameChar(s[end]))
        ++end;
      tokens.push_back(s.substr(i, end - i));
      i = end;
    } else {
      if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
        tokens.push_back(s.substr(i, 1));
      ++i;
    }
  }
  return tokens;
}

std::optional<std::uint32_t> asNumber(std::string_view token) {
  if (!token.empty() && (token.back() == 'u' || token.back() == 'i'))
    token.remove_suffix(1);
  const bool hex = token.size() > 2 && token[0] == '0' && (token[1] == 'x' || token[1] == 'X');
  if (hex)
    token.remove_prefix(2);
  std::uint32_t value = 0;
  const char* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, value, hex ? 16 : 10);
  if (error != std::errc() || stop != end)
    return std::nullopt;
  return value;
}

/// The attributes before a declaration.
struct Attributes {
  std::optional<std::uint32_t> group, binding;
  std::optional<std::array<std::uint32_t, 3>> workgroupSize;
  bool compute = false;
};

struct Function {
  std::string_view name;
  std::set<std::string_view> mentions;
  Attributes attributes;
};

class Scanner {
public:
  explicit Scanner(std::string_view source) : tokens(tokenize(source)) { scan(); }

  std::vector<EntryPoint> entryPoints() const {
    std::vector<EntryPoint> result;
    for (const Function& function : functions)
      if (function.attributes.compute)
        result.push_back({std::string(function.name), function.attributes.workgroupSize,
                          reachableBindings(function)});
    return result;
  }

private:
  void scan() {
    Attributes attributes;
    while (at < tokens.size()) {
      const std::string_view token = tokens[at++];
      if (token == "@")
        attribute(attributes);
      else if (token == "var")
        variable(std::exchange(attributes, {}));
      else if (token == "fn")
        function(std::exchange(attributes, {}));
      else if (token == "{") // a struct's body
        skipTo("{", "}");
      else if (token == ";" || token == "struct")
        attributes = {};
    }
  }

  std::string_view peek() const { return at < tokens.size() ? tokens[at] : std::string_view(); }

  /// From behind `open` to behind its `close`.
  void skipTo(std::string_view open, std::string_view close,
              std::set<std::string_view>* names = nullptr) {
    for (std::size_t depth = 1; at < tokens.size() && depth > 0; ++at) {
      depth += tokens[at] == open;
      depth -= tokens[at] == close;
      // Behind a dot stands a member, whatever else has its name.
      if (names && isNameChar(tokens[at][0]) && tokens[at - 1] != ".")
        names->insert(tokens[at]);
    }
  }

  void attribute(Attributes& attributes) {
    const std::string_view name = peek();
    ++at;
    const std::size_t first = at + 1;
    if (peek() == "(") {
      ++at;
      skipTo("(", ")");
    }
    if (name == "compute")
      attributes.compute = true;
    else if (name == "group" && first < tokens.size())
      attributes.group = asNumber(tokens[first]);
    else if (name == "binding" && first < tokens.size())
      attributes.binding = asNumber(tokens[first]);
    else if (name == "workgroup_size")
      attributes.workgroupSize = workgroupSize(first, at);
  }

  /// Literals only: `first` is behind the parenthesis, `end` behind the closing one.
  std::optional<std::array<std::uint32_t, 3>> workgroupSize(std::size_t first,
                                                            std::size_t end) const {
    std::array<std::uint32_t, 3> size{1, 1, 1};
    std::size_t axis = 0;
    for (std::size_t i = first; i + 1 < end && axis < 3; i += 2) {
      const std::optional<std::uint32_t> value = asNumber(tokens[i]);
      if (!value || (tokens[i + 1] != "," && tokens[i + 1] != ")"))
        return std::nullopt;
      size[axis++] = *value;
    }
    return size;
  }

  void variable(const Attributes& attributes) {
    std::vector<std::string_view> parameters;
    if (peek() == "<")
      for (++at; at < tokens.size() && tokens[at] != ">"; ++at)
        parameters.push_back(tokens[at]);
    ++at; // the `>`
    if (parameters.empty() || parameters[0] != "storage" || !attributes.binding)
      return;
    const bool writable = std::ranges::find(parameters, "read_write") != parameters.end();
    buffers[peek()] = {std::string(peek()), attributes.group.value_or(0), *attributes.binding,
                       !writable};
  }

  void function(const Attributes& attributes) {
    Function& function = functions.emplace_back();
    function.name = peek();
    function.attributes = attributes;
    while (at < tokens.size() && tokens[at] != "{")
      ++at;
    ++at;
    skipTo("{", "}", &function.mentions);
  }

  std::vector<StorageBinding> reachableBindings(const Function& entry) const {
    std::vector<const Function*> work{&entry};
    std::set<const Function*> seen{&entry};
    std::map<std::uint32_t, StorageBinding> bySlot;
    while (!work.empty()) {
      const Function* function = work.back();
      work.pop_back();
      for (std::string_view name : function->mentions) {
        if (const auto buffer = buffers.find(name); buffer != buffers.end())
          bySlot.insert({buffer->second.slot, buffer->second});
        for (const Function& callee : functions)
          if (callee.name == name && seen.insert(&callee).second)
            work.push_back(&callee);
      }
    }
    std::vector<StorageBinding> result;
    for (auto& [slot, binding] : bySlot)
      result.push_back(std::move(binding));
    return result;
  }

  std::vector<std::string_view> tokens;
  std::size_t at = 0;
  std::map<std::string_view, StorageBinding> buffers;
  std::vector<Function> functions;
};

} // namespace

std::vector<EntryPoint> computeEntryPoints(std::string_view source) {
  return Scanner(source).entryPoints();
}

} // namespace ring::runtime::webgpu
