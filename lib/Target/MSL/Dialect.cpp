// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MSL's names for types, literals, builtins, barriers and atomics.

#include "Dialect.h"
#include "../Common/Literals.h"
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
  return target::integer(constant, scalar(*constant.type()), "l");
}

std::string bitcast(const Type& to, const Type&, const std::string& operand) {
  return fmt::format("as_type<{}>({})", scalar(to), operand);
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
  const std::string name = target::builtinName(builtin).str();
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
  return fmt::format("ring_atomic{}_{}({})", target::atomicName(stmt.op),
                     spaceOf(*stmt.place) == AddressSpace::Workgroup ? "threadgroup" : "device",
                     target::arguments({address, expected, operand}));
}

} // namespace

const target::CxxDialect kDialect = {
    .language = target::Language::Msl,
    .folder = "msl",
    .suffix = ".metal",
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
