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

/// Words, numbers and operators are classes of their own.
int classOf(const std::string& token) {
  const unsigned char c = static_cast<unsigned char>(token[0]);
  return std::isdigit(c) ? 0 : isWord(token[0]) ? 1 : isBlank(token[0]) ? 2 : 3;
}

/// A word by a word, a number by a number, an operator by an operator of the same text: such
/// results often compile, and so reach what lies behind the parser.
void replaceByItsLike(std::vector<std::string>& parts, Random& random) {
  for (int tries = 0; tries < 100; ++tries) {
    std::string& to = parts[random.below(parts.size())];
    const std::string& from = parts[random.below(parts.size())];
    if (classOf(to) != 2 && classOf(to) == classOf(from) && to != from) {
      to = from;
      return;
    }
  }
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
  switch (random.below(14)) {
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
  case 10:
  case 11:
  case 12:
  case 13:
    replaceByItsLike(parts, random);
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
  for (size_t count = 1 + random.below(3); count > 0; --count)
    mutateOnce(parts, random, corpus_[random.below(corpus_.size())], vocabulary_);
  return {joined(parts), seed};
}

} // namespace fuzz
