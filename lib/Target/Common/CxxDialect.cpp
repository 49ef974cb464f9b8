// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See CxxDialect.h: what dialects are put together from.

#include "CxxDialect.h"
#include "ringc/Support/Check.h"

namespace ringc::target {

using namespace ir;

llvm::StringRef builtinName(Builtin builtin) {
  switch (builtin) {
#define RING_BUILTIN(Name, Text, Arity, Rule)                                                      \
  case Builtin::Name:                                                                              \
    return Text;
#include "ringc/IR/Builtins.def"
  }
  RINGC_UNREACHABLE("unknown builtin");
}

llvm::StringRef atomicName(AtomicOp op) {
  static constexpr llvm::StringLiteral kNames[] = {
      "Add",  "Sub",  "Min", "Max", "And", "Or", "Xor", "Exchange", "CompareExchange",
      "Load", "Store"};
  return kNames[static_cast<size_t>(op)];
}

std::string arguments(std::initializer_list<llvm::StringRef> all) {
  std::string list;
  for (const llvm::StringRef argument : all)
    if (!argument.empty())
      list += (list.empty() ? "" : ", ") + argument.str();
  return list;
}

} // namespace ringc::target
