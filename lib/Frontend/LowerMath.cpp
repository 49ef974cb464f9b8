// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of <cmath>, <bit> and ring.h that are one builtin of the IR.

#include "FunctionLowering.h"
#include "llvm/ADT/StringSwitch.h"

namespace ringc {

static std::optional<ir::Builtin> floatBuiltin(llvm::StringRef name) {
  using ir::Builtin;
  return llvm::StringSwitch<std::optional<Builtin>>(name)
      .Cases("abs", "fabs", Builtin::Abs)
      .Case("sqrt", Builtin::Sqrt)
      .Case("rsqrt", Builtin::Rsqrt)
      .Case("cbrt", Builtin::Cbrt)
      .Case("hypot", Builtin::Hypot)
      .Case("fma", Builtin::Fma)
      .Case("fmod", Builtin::Fmod)
      .Case("fmin", Builtin::FMin)
      .Case("fmax", Builtin::FMax)
      .Case("copysign", Builtin::Copysign)
      .Case("floor", Builtin::Floor)
      .Case("ceil", Builtin::Ceil)
      .Case("round", Builtin::Round)
      .Case("trunc", Builtin::Trunc)
      .Case("exp", Builtin::Exp)
      .Case("exp2", Builtin::Exp2)
      .Case("expm1", Builtin::Expm1)
      .Case("log", Builtin::Log)
      .Case("log2", Builtin::Log2)
      .Case("log10", Builtin::Log10)
      .Case("log1p", Builtin::Log1p)
      .Case("pow", Builtin::Pow)
      .Case("sin", Builtin::Sin)
      .Case("cos", Builtin::Cos)
      .Case("tan", Builtin::Tan)
      .Case("asin", Builtin::Asin)
      .Case("acos", Builtin::Acos)
      .Case("atan", Builtin::Atan)
      .Case("atan2", Builtin::Atan2)
      .Case("sinh", Builtin::Sinh)
      .Case("cosh", Builtin::Cosh)
      .Case("tanh", Builtin::Tanh)
      .Case("erf", Builtin::Erf)
      .Case("erfc", Builtin::Erfc)
      .Default(std::nullopt);
}

static std::optional<ir::Builtin> testBuiltin(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<ir::Builtin>>(name)
      .Case("isnan", ir::Builtin::IsNan)
      .Case("isinf", ir::Builtin::IsInf)
      .Case("isfinite", ir::Builtin::IsFinite)
      .Case("signbit", ir::Builtin::SignBit)
      .Default(std::nullopt);
}

static std::optional<ir::Builtin> bitBuiltin(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<ir::Builtin>>(name)
      .Case("popcount", ir::Builtin::Popcount)
      .Case("countl_zero", ir::Builtin::CountLeadingZeros)
      .Case("countr_zero", ir::Builtin::CountTrailingZeros)
      .Default(std::nullopt);
}

static unsigned arity(ir::Builtin builtin) {
  switch (builtin) {
#define RING_BUILTIN(Name, Text, Arity, Rule)                                                      \
  case ir::Builtin::Name:                                                                          \
    return Arity;
#include "ringc/IR/Builtins.def"
  }
  return 0;
}

/// `std::sqrt`, `ring::sqrt`, `sqrt`, `sqrtf`, `__builtin_sqrtf` -> `sqrt`; sets whether the C name
/// may carry the suffix of its type.
static llvm::StringRef baseName(llvm::StringRef name, bool& isC) {
  isC = false;
  if (name.consume_front("std::") || name.consume_front("ring::"))
    return name;
  isC = true;
  name.consume_front("__builtin_");
  return name;
}

std::optional<FunctionLowering::CallResult>
FunctionLowering::mathCall(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                           llvm::StringRef qualified) {
  bool isC = false;
  llvm::StringRef name = baseName(qualified, isC);
  std::optional<ir::Builtin> builtin = floatBuiltin(name);
  const clang::QualType returned = callee->getReturnType().getNonReferenceType();
  if (!builtin && name.ends_with("f") && returned->isFloatingType())
    builtin = floatBuiltin(name.drop_back()); // sqrtf, std::sqrtf
  const bool isTest = !builtin && testBuiltin(name);
  const bool isBits = !builtin && qualified.starts_with("std::") && bitBuiltin(name);
  if (isTest)
    builtin = testBuiltin(name);
  if (isBits)
    builtin = bitBuiltin(name);
  if (!builtin || e->getNumArgs() != arity(*builtin))
    return std::nullopt;
  const ir::Type* result = type(returned, e->getSourceRange());
  Operands operands(*this, /*isUnsequenced=*/true);
  if (!result)
    return failure();
  std::vector<ir::Expr*> args;
  for (const clang::Expr* arg : e->arguments())
    if (!operands.addValue(arg))
      return failure();
  for (size_t i = 0; i < operands.size(); ++i) {
    ir::Expr* arg = operands.value(i);
    if (!arg->type()->isScalar())
      return std::nullopt;
    if (isTest && !llvm::isa<ir::FloatType>(arg->type()))
      arg = convert(arg, types().floatType(64), e->getExprLoc());
    if (!isTest && !isBits) // std::pow(float, int) and the like compute in the result's type
      arg = convert(arg, result, e->getExprLoc());
    args.push_back(arg);
  }
  if (isBits && !llvm::isa<ir::IntType>(args.front()->type()))
    return std::nullopt;
  const ir::Type* made = isTest ? types().boolType() : isBits ? types().i32() : result;
  ir::Expr* value = make<ir::BuiltinExpr>(*builtin, made, std::move(args), at(e->getExprLoc()));
  return this->result(convert(value, result, e->getExprLoc()));
}

} // namespace ringc
