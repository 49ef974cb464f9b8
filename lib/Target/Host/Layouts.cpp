// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The user's compiler and ringc must lay every type out alike, or host and device read each other's
// bytes wrongly. Access to private members is not checked in an explicit instantiation, so that is
// where the comparisons stand.

#include "Layouts.h"
#include "Names.h"
#include "llvm/ADT/SetVector.h"

namespace ringc::host {

using namespace ir;

static void addWithParts(const Type* type, llvm::SetVector<const StructType*>& structs) {
  if (const auto* array = llvm::dyn_cast<ArrayType>(type))
    return addWithParts(array->element(), structs);
  const auto* record = llvm::dyn_cast<StructType>(type);
  if (!record || structs.contains(record))
    return;
  for (const Field& field : record->fields())
    addWithParts(field.type, structs);
  structs.insert(record);
}

/// A static_assert names the type itself; each offset is a type of its own, so that the compiler's
/// message shows both numbers.
static constexpr llvm::StringLiteral layoutTemplates = R"(
template <std::size_t actual, std::size_t expected> struct Same {
  static_assert(actual == expected,
                "this compiler lays the type out otherwise than ringc did: give both the same flags");
  static constexpr bool value = true;
};
template <class T, class... Checks> struct Layout {
  static_assert((Checks::value && ...));
};
)";

void printLayoutChecks(const Module& module, llvm::raw_ostream& os) {
  llvm::SetVector<const StructType*> structs;
  for (const Message& message : module.messages)
    addWithParts(message.type, structs);
  for (const Actor& actor : module.actors)
    addWithParts(actor.state, structs);
  if (structs.empty())
    return;
  os << layoutTemplates;
  for (const StructType* type : structs) {
    const std::string name = typeName(*type);
    os << "template struct Layout<" << name << ", Same<sizeof(" << name << "), " << type->size()
       << ">, Same<alignof(" << name << "), " << type->align() << ">";
    for (const Field& field : type->fields())
      os << ",\n                       Same<__builtin_offsetof(" << name << ", " << field.name
         << "), " << field.offset << ">";
    os << ">;\n";
  }
}

} // namespace ringc::host
