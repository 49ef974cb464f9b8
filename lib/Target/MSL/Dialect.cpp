// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MSL's names for types, literals, builtins, barriers and atomics.

#include "Dialect.h"
#include "../Common/Literals.h"
#include "ringc/Support/Check.h"
#include <fmt/format.h>

namespace ringc::msl {

using namespace ir;
using target::BuiltinSpelling;

namespace {

llvm::StringRef scalar(const Type& type) {
  if (type.kind() == TypeKind::Bool)
    return "bool";
  if (llvm::isa<FloatType>(type))
    return "float";
  const auto& integer = llvm::cast<IntType>(type);
  switch (integer.bits()) {
  case 8:
    return integer.isSigned() ? "char" : "uchar";
  case 16:
    return integer.isSigned() ? "short" : "ushort";
  case 32:
    return integer.isSigned() ? "int" : "uint";
  default:
    return integer.isSigned() ? "long" : "ulong";
  }
}

std::string literal(const ConstantExpr& constant) {
  if (constant.type()->kind() == TypeKind::Bool)
    return constant.bits ? "true" : "false";
  if (llvm::isa<FloatType>(constant.type()))
    return target::isFinite(constant) ? target::decimal(target::floatOf(constant)) + "f"
                                      : fmt::format("as_type<float>({:#x}u)", constant.bits);
  const auto& type = llvm::cast<IntType>(*constant.type());
  const int64_t value = target::signedOf(constant);
  if (type.bits() < 32)
    return fmt::format("{}({})", scalar(type), value);
  if (!type.isSigned())
    return fmt::format("{}{}", constant.bits, type.bits() == 32 ? "u" : "ul");
  const char* suffix = type.bits() == 32 ? "" : "l";
  const int64_t lowest = type.bits() == 32 ? INT32_MIN : INT64_MIN;
  if (value == lowest) // a literal has no sign of its own
    return fmt::format("({}{} - 1{})", value + 1, suffix, suffix);
  return fmt::format("{}{}", value, suffix);
}

std::string bitcast(const Type& to, const Type&, const std::string& operand) {
  return fmt::format("as_type<{}>({})", scalar(to), operand);
}

std::string textName(Builtin builtin) {
  switch (builtin) {
#define RING_BUILTIN(Name, Text, Arity, Rule)                                                      \
  case Builtin::Name:                                                                              \
    return Text;
#include "ringc/IR/Builtins.def"
  }
  RINGC_UNREACHABLE("unknown builtin");
}

std::string indexName(Builtin builtin) {
  static constexpr const char* kNames[] = {"ring_tid.x",
                                           "ring_tid.y",
                                           "ring_tid.z",
                                           "ring_gid.x",
                                           "ring_gid.y",
                                           "ring_gid.z",
                                           "ring_size.x",
                                           "ring_size.y",
                                           "ring_size.z",
                                           "ring_groups.x",
                                           "ring_groups.y",
                                           "ring_groups.z",
                                           ""}; // GroupLane is the context's
  return kNames[static_cast<size_t>(builtin) - static_cast<size_t>(Builtin::ThreadX)];
}

BuiltinSpelling builtin(Builtin builtin, const Type* type) {
  const bool isFloat = llvm::isa<FloatType>(type);
  const std::string name = textName(builtin);
  switch (builtin) {
  case Builtin::Abs:
    return isFloat ? BuiltinSpelling{"fabs", ""} : BuiltinSpelling{"ring_abs", "msl/math.metal"};
  case Builtin::Min:
  case Builtin::Max:
  case Builtin::IsNan:
  case Builtin::IsInf:
  case Builtin::IsFinite:
  case Builtin::SignBit:
  case Builtin::Popcount:
  case Builtin::CountLeadingZeros:
  case Builtin::CountTrailingZeros:
    return {"ring_" + name, "msl/math.metal"};
  case Builtin::Cbrt:
  case Builtin::Hypot:
  case Builtin::Fmod:
  case Builtin::Expm1:
  case Builtin::Log1p:
  case Builtin::Erf:
  case Builtin::Erfc:
    return {"ring_" + name, "msl/math/" + name + ".metal"};
  case Builtin::Rsqrt:
    return {"precise::sqrt", ""};
  case Builtin::FMin:
  case Builtin::FMax:
  case Builtin::Fma:
  case Builtin::Copysign:
  case Builtin::Floor:
  case Builtin::Ceil:
  case Builtin::Round:
  case Builtin::Trunc:
    return {name, ""};
  default:
    break;
  }
  if (builtin >= Builtin::ThreadX)
    return {indexName(builtin), ""};
  return {"precise::" + name, ""};
}

llvm::StringRef barrier(Scope) {
  return "threadgroup_barrier(mem_flags::mem_device | mem_flags::mem_threadgroup);";
}

std::string atomic(const AtomicStmt& stmt, const std::string& address, const std::string& operand,
                   const std::string& expected) {
  static constexpr const char* kOps[] = {
      "Add",  "Sub",  "Min", "Max", "And", "Or", "Xor", "Exchange", "CompareExchange",
      "Load", "Store"};
  std::string args = address;
  for (const std::string* more : {&expected, &operand})
    if (!more->empty())
      args += ", " + *more;
  return fmt::format("ring_atomic{}_{}({})", kOps[static_cast<size_t>(stmt.op)],
                     spaceOf(*stmt.place) == AddressSpace::Workgroup ? "threadgroup" : "device",
                     args);
}

} // namespace

const target::CxxDialect kDialect = {
    .language = target::Language::Msl,
    .folder = "msl",
    .functionPrefix = "static ",
    .sharedPrefix = "threadgroup ",
    .hasAddressSpaces = true,
    .sharedInEntry = true,
    .subscript = ".data[",
    .narrowCounts = true,
    .scalar = scalar,
    .literal = literal,
    .bitcast = bitcast,
    .builtin = builtin,
    .barrier = barrier,
    .atomic = atomic,
};

} // namespace ringc::msl
