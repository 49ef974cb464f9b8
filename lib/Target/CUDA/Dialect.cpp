// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA's names for types, literals, builtins, barriers and atomics.

#include "Dialect.h"
#include "../Common/Literals.h"
#include "ringc/Support/Check.h"
#include <fmt/format.h>

namespace ringc::cuda {

using namespace ir;
using target::BuiltinSpelling;

namespace {

llvm::StringRef scalar(const Type& type) {
  if (type.kind() == TypeKind::Bool)
    return "bool";
  if (llvm::isa<FloatType>(type))
    return type.size() == 4 ? "float" : "double";
  const auto& integer = llvm::cast<IntType>(type);
  switch (integer.bits()) {
  case 8:
    return integer.isSigned() ? "ring_i8" : "ring_u8";
  case 16:
    return integer.isSigned() ? "ring_i16" : "ring_u16";
  case 32:
    return integer.isSigned() ? "int" : "ring_u32";
  default:
    return integer.isSigned() ? "ring_i64" : "ring_u64";
  }
}

std::string floatLiteral(const ConstantExpr& constant) {
  if (constant.type()->size() == 4)
    return target::isFinite(constant) ? target::decimal(target::floatOf(constant)) + "f"
                                      : fmt::format("__uint_as_float({:#x}u)", constant.bits);
  return target::isFinite(constant)
             ? target::decimal(target::doubleOf(constant))
             : fmt::format("__longlong_as_double(ring_i64({:#x}ull))", constant.bits);
}

std::string literal(const ConstantExpr& constant) {
  if (constant.type()->kind() == TypeKind::Bool)
    return constant.bits ? "true" : "false";
  if (llvm::isa<FloatType>(constant.type()))
    return floatLiteral(constant);
  return target::integer(constant, scalar(*constant.type()), "ll");
}

std::string bitcast(const Type& to, const Type& from, const std::string& operand) {
  const bool toFloat = llvm::isa<FloatType>(to);
  const bool fromFloat = llvm::isa<FloatType>(from);
  if (toFloat == fromFloat)
    return toFloat ? operand : fmt::format("{}({})", scalar(to), operand);
  const bool isWide = to.size() == 8;
  if (toFloat)
    return isWide ? fmt::format("__longlong_as_double(ring_i64({}))", operand)
                  : fmt::format("__uint_as_float(ring_u32({}))", operand);
  return isWide ? fmt::format("{}(__double_as_longlong({}))", scalar(to), operand)
                : fmt::format("{}(__float_as_uint({}))", scalar(to), operand);
}

llvm::StringRef indexName(Builtin builtin) {
  static constexpr llvm::StringLiteral kNames[] = {
      "threadIdx.x", "threadIdx.y", "threadIdx.z", "blockIdx.x", "blockIdx.y",
      "blockIdx.z",  "blockDim.x",  "blockDim.y",  "blockDim.z", "gridDim.x",
      "gridDim.y",   "gridDim.z",   "threadIdx.x"}; // GroupLane: a group's lanes are the x threads
                                                    // of its workgroup
  return kNames[static_cast<size_t>(builtin) - static_cast<size_t>(Builtin::ThreadX)];
}

BuiltinSpelling builtin(Builtin builtin, const Type* type) {
  const std::string math = "cuda/math.cuh";
  const bool isFloat = llvm::isa<FloatType>(type);
  switch (builtin) {
  case Builtin::Abs:
    if (!isFloat)
      return {"ring_abs", math};
    return {type->size() == 4 ? "fabsf" : "fabs", ""};
  case Builtin::Min:
  case Builtin::Max:
  case Builtin::IsNan:
  case Builtin::IsInf:
  case Builtin::IsFinite:
  case Builtin::SignBit:
  case Builtin::Popcount:
  case Builtin::CountLeadingZeros:
  case Builtin::CountTrailingZeros:
    return {"ring_" + target::builtinName(builtin).str(), math};
  case Builtin::Rsqrt:
    return {type->size() == 4 ? "sqrtf" : "sqrt", ""};
  default:
    break;
  }
  if (builtin >= Builtin::ThreadX)
    return {indexName(builtin).str(), ""};
  return {target::builtinName(builtin).str() + (type->size() == 4 ? "f" : ""), ""};
}

/// A kernel has no scope but that of its threads; a handler of a Block actor leaves it to the
/// launcher how the block's threads meet.
llvm::StringRef barrier(Scope scope) {
  switch (scope) {
  case Scope::Thread:
    return "__syncthreads();";
  case Scope::Warp:
    return "__syncwarp();";
  case Scope::Block:
    return "ring_syncBlock();";
  }
  RINGC_UNREACHABLE("a scope is one of three");
}

std::string atomic(const AtomicStmt& stmt, const std::string& address, const std::string& operand,
                   const std::string& expected) {
  static constexpr const char* kOrders[] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst"};
  static constexpr const char* kScopes[] = {"cta", "gpu", "sys"};
  return fmt::format("ring_atomic{}_{}_{}({})", target::atomicName(stmt.op),
                     kOrders[static_cast<size_t>(stmt.order)],
                     kScopes[static_cast<size_t>(stmt.scope)],
                     target::arguments({address, expected, operand}));
}

} // namespace

const target::CxxDialect kDialect = {
    .language = target::Language::Cuda,
    .folder = "cuda",
    .suffix = ".cuh",
    .functionPrefix = "static __device__ ",
    .sharedPrefix = "__shared__ ",
    .hasAddressSpaces = false,
    .sharedInEntry = false,
    .subscript = "[",
    .narrowCounts = false,
    .scalar = scalar,
    .literal = literal,
    .bitcast = bitcast,
    .builtin = builtin,
    .barrier = barrier,
    .atomic = atomic,
};

} // namespace ringc::cuda
