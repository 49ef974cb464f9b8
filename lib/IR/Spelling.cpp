// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables from enumerator to word, in the order of the enumerators. Searching them backwards serves
// the parser; they are short.

#include "Spelling.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <iterator>

namespace ringc::ir {

namespace {

constexpr const char* unaryOps[] = {"-", "~", "!"};
constexpr const char* binaryOps[] = {"+",  "-",  "*",  "/",  "%",  "&", "|",  "^", "<<",
                                     ">>", "&&", "||", "==", "!=", "<", "<=", ">", ">="};
constexpr const char* cellInfos[] = {"cell.x",   "cell.y",   "cell.z",
                                     "extent.x", "extent.y", "extent.z"};
constexpr const char* contextInfos[] = {"self", "sender", "failed", "failcode"};
constexpr const char* addressSpaces[] = {"function", "state", "message", "buffer", "workgroup"};
constexpr const char* functionKinds[] = {"device", "handler", "stencil", "kernel"};
constexpr const char* scopes[] = {"thread", "warp", "block"};
constexpr const char* sendKinds[] = {"reply", "send", "try_send"};
constexpr const char* atomicOps[] = {
    "add",  "sub",  "min", "max", "and", "or", "xor", "exchange", "compare_exchange",
    "load", "store"};
constexpr const char* memoryOrders[] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst"};
constexpr const char* memoryScopes[] = {"block", "device", "system"};
constexpr const char* builtins[] = {
#define RING_BUILTIN(Name, Text, Arity, Rule) Text,
#include "ringc/IR/Builtins.def"
};
constexpr BuiltinRule builtinRules[] = {
#define RING_BUILTIN(Name, Text, Arity, Rule) BuiltinRule::Rule,
#include "ringc/IR/Builtins.def"
};
constexpr unsigned builtinArities[] = {
#define RING_BUILTIN(Name, Text, Arity, Rule) Arity,
#include "ringc/IR/Builtins.def"
};

template <class Enum, size_t N>
std::optional<Enum> find(const char* const (&table)[N], llvm::StringRef word) {
  for (size_t i = 0; i < N; ++i)
    if (word == table[i])
      return static_cast<Enum>(i);
  return std::nullopt;
}

} // namespace

/// `Last` is the last enumerator: a new one needs its word.
#define RING_SPELLING(Enum, Last, table)                                                           \
  static_assert(std::size(table) == static_cast<size_t>(Enum::Last) + 1);                          \
  llvm::StringRef spell(Enum value) { return table[static_cast<size_t>(value)]; }                  \
  template <> std::optional<Enum> unspell<Enum>(llvm::StringRef word) {                            \
    return find<Enum>(table, word);                                                                \
  }
RING_SPELLING(UnaryOp, LogicalNot, unaryOps)
RING_SPELLING(BinaryOp, GreaterEqual, binaryOps)
RING_SPELLING(Builtin, GroupLane, builtins)
RING_SPELLING(CellInfo, ExtentZ, cellInfos)
RING_SPELLING(ContextInfo, FailCode, contextInfos)
RING_SPELLING(AddressSpace, Workgroup, addressSpaces)
RING_SPELLING(FunctionKind, Kernel, functionKinds)
RING_SPELLING(Scope, Block, scopes)
RING_SPELLING(SendKind, TrySend, sendKinds)
RING_SPELLING(AtomicOp, Store, atomicOps)
RING_SPELLING(MemoryOrder, SequentiallyConsistent, memoryOrders)
RING_SPELLING(MemoryScope, System, memoryScopes)
#undef RING_SPELLING

llvm::StringRef scopeName(Scope scope) { return spell(scope); }
BuiltinRule ruleOf(Builtin builtin) { return builtinRules[static_cast<size_t>(builtin)]; }
unsigned arityOf(Builtin builtin) { return builtinArities[static_cast<size_t>(builtin)]; }

bool isComparison(BinaryOp op) { return op >= BinaryOp::Equal; }

bool isIdentifier(llvm::StringRef text) {
  return !text.empty() && !llvm::isDigit(text.front()) &&
         llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

std::string quoted(llvm::StringRef text) {
  std::string result = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      result += "\\x";
      result += llvm::hexdigit(byte >> 4, true);
      result += llvm::hexdigit(byte & 15, true);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string nameText(llvm::StringRef text) {
  return isIdentifier(text) ? text.str() : quoted(text);
}

} // namespace ringc::ir
