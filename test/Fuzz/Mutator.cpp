// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mutations. None looks at what the text means.

#include "Mutator.h"
#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>

namespace fuzz {

namespace {

/// splitmix64: the standard library's distributions differ between implementations.
class Random {
public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, bound); bound must not be 0.
  size_t below(size_t bound) { return static_cast<size_t>(next() % bound); }
  template <class T> const T& pick(const std::vector<T>& from) { return from[below(from.size())]; }
  template <class T> T& pick(std::vector<T>& from) { return from[below(from.size())]; }

private:
  uint64_t state_;
};

/// What breaks parsers, lowerings and constant folders.
const std::vector<std::string> interesting = {"0",
                                              "-1",
                                              "1",
                                              "0x7fffffff",
                                              "0x80000000u",
                                              "0xffffffffffffffff",
                                              "18446744073709551616",
                                              "1e400",
                                              "1e-400",
                                              "0.0f",
                                              "-0.0",
                                              "31",
                                              "32",
                                              "64",
                                              "65536",
                                              "2147483647",
                                              "'\\0'",
                                              "\"text\"",
                                              "nullptr",
                                              "this",
                                              "int",
                                              "double",
                                              "float",
                                              "bool",
                                              "char",
                                              "long long",
                                              "void",
                                              "auto",
                                              "const",
                                              "volatile",
                                              "static",
                                              "constexpr",
                                              "mutable",
                                              "virtual",
                                              "template <class T>",
                                              "typename T",
                                              "[[ring::handler]]",
                                              "[[ring::message]]",
                                              "[[ring::actor]]",
                                              "[[ring::kernel]]",
                                              "[[ring::stencil]]",
                                              "[[ring::actor(ring::Scope::Block)]]",
                                              "[[ring::kernel(0)]]",
                                              "[[ring::kernel(1 << 30, 2)]]",
                                              "[[ring::hanlder]]",
                                              "[[ring]]",
                                              "return",
                                              "break;",
                                              "continue;",
                                              "goto x;",
                                              "throw 1;",
                                              "try {",
                                              "new int",
                                              "delete",
                                              "if (",
                                              "else",
                                              "for (;;)",
                                              "while (true)",
                                              "do",
                                              "switch (",
                                              "case 0:",
                                              "default:",
                                              "{",
                                              "}",
                                              "(",
                                              ")",
                                              "[",
                                              "]",
                                              "<",
                                              ">",
                                              ";",
                                              ",",
                                              "::",
                                              "->",
                                              "*",
                                              "&",
                                              "&&",
                                              "...",
                                              "+",
                                              "-",
                                              "/ 0",
                                              "% 0",
                                              "<< 64",
                                              ">> -1",
                                              "?",
                                              ":",
                                              "++",
                                              "--",
                                              "==",
                                              "co_await",
                                              "typedef",
                                              "using",
                                              "namespace",
                                              "struct X",
                                              "union",
                                              "enum",
                                              "operator",
                                              "sizeof",
                                              "alignas(64)",
                                              "ring::ActorRef<Counter>",
                                              "ring::Context",
                                              "ctx.fail(1);",
                                              "ctx.stop();",
                                              "ctx.parallelFor(3, [&](int i) {",
                                              "ring::barrier();",
                                              "#include __FILE__\n",
                                              "#define x x\n",
                                              "#if 0\n",
                                              "#endif\n",
                                              "#line 4294967295\n",
                                              "// expected-error {{\n",
                                              "/*",
                                              "*/",
                                              "\\\n",
                                              "\r",
                                              std::string(1, '\0'),
                                              "\xff\xfe",
                                              "\xe2\x80\xae"};

bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool isBlank(char c) { return std::isspace(static_cast<unsigned char>(c)); }

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts)
    text += part;
  return text;
}

/// Start and end of a random line of `parts`, in tokens.
std::pair<size_t, size_t> lineAround(const std::vector<std::string>& parts, size_t at) {
  auto endsLine = [&](size_t i) { return parts[i].find('\n') != std::string::npos; };
  size_t begin = at, end = at;
  while (begin > 0 && !endsLine(begin - 1))
    --begin;
  while (end < parts.size() && !endsLine(end))
    ++end;
  return {begin, std::min(end + 1, parts.size())};
}

const std::vector<std::string> typeWords = {
    "bool",    "int",     "float",    "double",  "char",     "int8_t",   "uint8_t",
    "int16_t", "int32_t", "uint16_t", "int64_t", "uint32_t", "uint64_t", "size_t"};
const std::vector<std::string> operators = {"+", "-", "*", "/", "%", "&",
                                            "|", "^", "<", ">", "!", "~"};
const std::vector<std::string> controlWords = {"break", "continue", "return"};
const std::vector<std::string> numbers = {"0",   "1",   "2",    "31",   "32",          "33",
                                          "64",  "127", "1.5f", "0.0f", "0xffffffffu", "1e30f",
                                          "255", "3u",  "7ul",  "true", "2147483647",  "1.0"};

enum class TokenClass : uint8_t { Blank, Type, Control, Number, Operator, Word, Other };

TokenClass classOf(const std::string& token) {
  auto isOneOf = [&](const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), token) != words.end();
  };
  if (isBlank(token[0]) || token.starts_with("//"))
    return TokenClass::Blank;
  if (isOneOf(typeWords))
    return TokenClass::Type;
  if (isOneOf(controlWords))
    return TokenClass::Control;
  if (isOneOf(operators))
    return TokenClass::Operator;
  if (std::isdigit(static_cast<unsigned char>(token[0])))
    return TokenClass::Number;
  return isWord(token[0]) ? TokenClass::Word : TokenClass::Other;
}

/// A word by a word, a number by a number, an operator by an operator: what comes of it often
/// compiles, and so reaches what lies behind the parser.
void replaceByItsLike(std::vector<std::string>& parts, Random& random) {
  for (int tries = 0; tries < 100; ++tries) {
    std::string& to = random.pick(parts);
    switch (classOf(to)) {
    case TokenClass::Blank:
    case TokenClass::Other:
      continue;
    case TokenClass::Type:
      to = random.pick(typeWords);
      return;
    case TokenClass::Control:
      to = random.pick(controlWords);
      return;
    case TokenClass::Number:
      to = random.pick(numbers);
      return;
    case TokenClass::Operator:
      to = random.pick(operators);
      return;
    case TokenClass::Word: {
      const std::string& from = random.pick(parts);
      if (classOf(from) != TokenClass::Word)
        continue;
      to = from;
      return;
    }
    }
  }
}

/// A statement of one line is dropped, or done again elsewhere.
void moveStatement(std::vector<std::string>& parts, Random& random) {
  for (int tries = 0; tries < 100; ++tries) {
    const auto [begin, end] = lineAround(parts, random.below(parts.size()));
    if (end - begin < 2 || parts[end - 2] != ";")
      continue;
    const auto first = parts.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = parts.begin() + static_cast<std::ptrdiff_t>(end);
    const std::vector<std::string> line(first, last);
    if (random.below(2) == 0) {
      parts.erase(first, last);
      return;
    }
    const auto [to, toEnd] = lineAround(parts, random.below(parts.size()));
    if (toEnd - to < 2 || parts[toEnd - 2] != ";")
      continue;
    parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(toEnd), line.begin(), line.end());
    return;
  }
}

void mutateGently(std::vector<std::string>& parts, Random& random) {
  if (random.below(4) == 0)
    moveStatement(parts, random);
  else
    replaceByItsLike(parts, random);
}

void mutateOnce(std::vector<std::string>& parts, Random& random, const Seed& other,
                const std::vector<std::string>& vocabulary) {
  if (parts.empty()) {
    parts.push_back(random.pick(interesting));
    return;
  }
  const size_t at = random.below(parts.size());
  const auto place = parts.begin() + static_cast<std::ptrdiff_t>(at);
  const auto [lineBegin, lineEnd] = lineAround(parts, at);
  const auto first = parts.begin() + static_cast<std::ptrdiff_t>(lineBegin);
  const auto last = parts.begin() + static_cast<std::ptrdiff_t>(lineEnd);
  switch (random.below(10)) {
  case 0:
    parts.erase(place);
    break;
  case 1:
    parts.insert(place, *place);
    break;
  case 2:
    std::swap(parts[at], parts[random.below(parts.size())]);
    break;
  case 3:
    parts[at] = random.pick(interesting);
    break;
  case 4:
    parts.insert(place, " " + random.pick(interesting) + " ");
    break;
  case 5:
  case 6:
    parts[at] = random.pick(vocabulary);
    break;
  case 7:
    parts.erase(first, last);
    break;
  case 8: {
    const std::vector<std::string> line(first, last);
    const size_t to = random.below(parts.size());
    parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(to), line.begin(), line.end());
    break;
  }
  case 9: {
    const std::vector<std::string> others = tokens(other.text);
    if (others.empty())
      break;
    const auto [begin, end] = lineAround(others, random.below(others.size()));
    parts.insert(first, others.begin() + static_cast<std::ptrdiff_t>(begin),
                 others.begin() + static_cast<std::ptrdiff_t>(end));
    break;
  }
  }
}

} // namespace

std::vector<std::string> tokens(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    auto extend = [&](auto&& belongs) {
      while (end < text.size() && belongs(text[end]))
        ++end;
    };
    if (isWord(text[i])) {
      extend(isWord);
    } else if (isBlank(text[i])) {
      extend(isBlank);
    } else if (text.compare(i, 2, "//") == 0) {
      extend([](char c) { return c != '\n'; });
    } else if (text[i] == '"') {
      extend([](char c) { return c != '"' && c != '\n'; });
      end = std::min(end + 1, text.size());
    }
    parts.push_back(text.substr(i, end - i));
    i = end;
  }
  return parts;
}

Mutator::Mutator(std::vector<Seed> corpus, uint64_t seed)
    : corpus_(std::move(corpus)), seed_(seed) {
  std::set<std::string> words;
  for (const Seed& file : corpus_) {
    (file.isRare ? rare_ : common_).push_back(&file);
    for (std::string& token : tokens(file.text))
      words.insert(std::move(token));
  }
  vocabulary_.assign(words.begin(), words.end());
}

Mutant Mutator::make(uint64_t index) const {
  Random random(seed_ + index * 0x2545f4914f6cdd1du);
  const bool rare = common_.empty() || (!rare_.empty() && random.below(8) == 0);
  const Seed* seed = random.pick(rare ? rare_ : common_);
  std::vector<std::string> parts = tokens(seed->text);
  const bool gently = random.below(3) != 0 && !parts.empty();
  for (size_t count = 1 + random.below(3); count > 0; --count)
    if (gently)
      mutateGently(parts, random);
    else
      mutateOnce(parts, random, corpus_[random.below(corpus_.size())], vocabulary_);
  return {joined(parts), seed};
}

} // namespace fuzz
