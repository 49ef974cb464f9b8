// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions and places. What C++ leaves undefined is a fault.

#include "test/tools/ir-run/Interpreter.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace ring::test {

using namespace ringc::ir;

namespace {

uint64_t truncated(const Type& type, uint64_t bits) {
  return type.size() >= 8 ? bits : bits & ((uint64_t(1) << (type.size() * 8)) - 1);
}

unsigned widthOf(const Type& type) { return static_cast<unsigned>(type.size()) * 8; }

template <class T> bool compares(BinaryOp op, T a, T b) {
  switch (op) {
  case BinaryOp::Equal:
    return a == b;
  case BinaryOp::NotEqual:
    return a != b;
  case BinaryOp::Less:
    return a < b;
  case BinaryOp::LessEqual:
    return a <= b;
  case BinaryOp::Greater:
    return a > b;
  case BinaryOp::GreaterEqual:
    return a >= b;
  default:
    fault("no comparison");
  }
}

} // namespace

Bytes Interpreter::eval(const Expr& expr) {
  switch (expr.kind()) {
  case ExprKind::Constant:
    return bytesOf(*expr.type(), llvm::cast<ConstantExpr>(expr).bits);
  case ExprKind::Load: {
    const uint8_t* from = place(*llvm::cast<LoadExpr>(expr).place);
    return Bytes(from, from + expr.type()->size());
  }
  case ExprKind::Unary:
    return unary(llvm::cast<UnaryExpr>(expr));
  case ExprKind::Binary:
    return binary(llvm::cast<BinaryExpr>(expr));
  case ExprKind::Cast:
    return cast(llvm::cast<CastExpr>(expr));
  case ExprKind::Select: {
    const auto& select = llvm::cast<SelectExpr>(expr);
    return eval(isTrue(*select.condition) ? *select.ifTrue : *select.ifFalse);
  }
  case ExprKind::Builtin:
    return builtin(llvm::cast<BuiltinExpr>(expr));
  case ExprKind::Construct:
    return construct(llvm::cast<ConstructExpr>(expr));
  case ExprKind::Extract: {
    const auto& extract = llvm::cast<ExtractExpr>(expr);
    const Bytes base = eval(*extract.base);
    const Field& field = llvm::cast<StructType>(extract.base->type())->fields()[extract.field];
    return Bytes(base.begin() + static_cast<ptrdiff_t>(field.offset),
                 base.begin() + static_cast<ptrdiff_t>(field.offset + field.type->size()));
  }
  case ExprKind::SpanSize:
    return bytesOf(*expr.type(),
                   std::get<SpanView>(frame_->slots.at(llvm::cast<SpanSizeExpr>(expr).span)).count);
  case ExprKind::CellInfo:
    return bytesOf(*expr.type(), static_cast<uint32_t>(cellInfo(llvm::cast<CellInfoExpr>(expr))));
  case ExprKind::ContextInfo:
    switch (llvm::cast<ContextInfoExpr>(expr).info) {
    case ContextInfo::Self:
      return activation().self;
    case ContextInfo::Sender:
      return activation().sender;
    case ContextInfo::Failed:
      return Bytes{activation().failed};
    case ContextInfo::FailCode:
      return bytesOf(*expr.type(), activation().code);
    }
  }
  fault("unknown expression");
}

Bytes Interpreter::unary(const UnaryExpr& unary) {
  const Type& type = *unary.type();
  const uint64_t value = bits(*unary.operand);
  switch (unary.op) {
  case UnaryOp::Negate:
    return bytesOf(type, llvm::isa<FloatType>(type) ? value ^ (uint64_t(1) << (widthOf(type) - 1))
                                                    : truncated(type, 0 - value));
  case UnaryOp::BitNot:
    return bytesOf(type, truncated(type, ~value));
  case UnaryOp::LogicalNot:
    return bytesOf(type, value ^ 1);
  }
  fault("unknown operator");
}

Bytes Interpreter::binary(const BinaryExpr& binary) {
  const Type& side = *binary.lhs->type();
  const Type& type = *binary.type();
  if (binary.op == BinaryOp::LogicalAnd || binary.op == BinaryOp::LogicalOr) {
    const bool left = isTrue(*binary.lhs);
    const bool decided = left == (binary.op == BinaryOp::LogicalOr);
    return Bytes{decided ? left : isTrue(*binary.rhs)};
  }
  const uint64_t a = bits(*binary.lhs);
  const uint64_t b = bits(*binary.rhs);
  const bool isComparison = binary.op >= BinaryOp::Equal;
  if (llvm::isa<FloatType>(side)) {
    const double x = realOf(side, a);
    const double y = realOf(side, b);
    if (isComparison)
      return Bytes{compares(binary.op, x, y)};
    // Once rounded from double is what float arithmetic gives, for + - * and /.
    return bytesOf(type, bitsOfReal(type, binary.op == BinaryOp::Add   ? x + y
                                          : binary.op == BinaryOp::Sub ? x - y
                                          : binary.op == BinaryOp::Mul ? x * y
                                                                       : x / y));
  }
  if (isComparison) {
    const auto* integer = llvm::dyn_cast<IntType>(&side);
    return Bytes{integer && integer->isSigned()
                     ? compares(binary.op, signExtend(side, a), signExtend(side, b))
                     : compares(binary.op, a, b)};
  }
  return bytesOf(type, truncated(type, integerResult(binary, a, b)));
}

uint64_t Interpreter::integerResult(const BinaryExpr& binary, uint64_t a, uint64_t b) {
  const Type& type = *binary.type();
  const bool isSigned = llvm::cast<IntType>(type).isSigned();
  const int64_t x = signExtend(type, a);
  const int64_t y = signExtend(type, b);
  switch (binary.op) {
  case BinaryOp::Add:
    return a + b;
  case BinaryOp::Sub:
    return a - b;
  case BinaryOp::Mul:
    return a * b;
  case BinaryOp::Div:
  case BinaryOp::Rem: {
    if (b == 0)
      fault("division by zero");
    const bool isDiv = binary.op == BinaryOp::Div;
    if (!isSigned)
      return isDiv ? a / b : a % b;
    if (y == -1)
      return isDiv ? 0 - a : 0;
    return static_cast<uint64_t>(isDiv ? x / y : x % y);
  }
  case BinaryOp::BitAnd:
    return a & b;
  case BinaryOp::BitOr:
    return a | b;
  case BinaryOp::BitXor:
    return a ^ b;
  case BinaryOp::Shl:
  case BinaryOp::Shr:
    if (b >= widthOf(type))
      fault(fmt::format("a shift by {} of {} bits", b, widthOf(type)));
    if (binary.op == BinaryOp::Shl)
      return a << b;
    return isSigned ? static_cast<uint64_t>(x >> b) : a >> b;
  default:
    fault("unknown operator");
  }
}

Bytes Interpreter::cast(const CastExpr& cast) {
  const Type& from = *cast.operand->type();
  const Type& to = *cast.type();
  const uint64_t value = bits(*cast.operand);
  if (cast.castKind == CastKind::Bitcast)
    return bytesOf(to, value);
  if (llvm::isa<FloatType>(from)) {
    const double real = realOf(from, value);
    if (llvm::isa<FloatType>(to))
      return bytesOf(to, bitsOfReal(to, real));
    if (to.kind() == TypeKind::Bool)
      return Bytes{real != 0};
    const bool isSigned = llvm::cast<IntType>(to).isSigned();
    const double limit = std::ldexp(1.0, static_cast<int>(widthOf(to)) - isSigned);
    if (!(real > (isSigned ? -limit - 1 : -1.0) && real < limit))
      fault(fmt::format("{} does not fit the integer it becomes", real));
    return bytesOf(to, truncated(to, isSigned ? static_cast<uint64_t>(static_cast<int64_t>(real))
                                              : static_cast<uint64_t>(real)));
  }
  if (to.kind() == TypeKind::Bool)
    return Bytes{value != 0};
  const int64_t wide = signExtend(from, value);
  if (!llvm::isa<FloatType>(to))
    return bytesOf(to, truncated(to, static_cast<uint64_t>(wide)));
  const auto* integer = llvm::dyn_cast<IntType>(&from);
  const bool isSigned = integer && integer->isSigned();
  if (to.size() == 4)
    return bytesOf(to, std::bit_cast<uint32_t>(isSigned ? static_cast<float>(wide)
                                                        : static_cast<float>(value)));
  return bytesOf(to, std::bit_cast<uint64_t>(isSigned ? static_cast<double>(wide)
                                                      : static_cast<double>(value)));
}

Bytes Interpreter::builtin(const BuiltinExpr& builtin) {
  const Type& type = *builtin.type();
  if (builtin.builtin == Builtin::GroupLane)
    return bytesOf(type, lane_);
  if (builtin.builtin >= Builtin::ThreadX)
    return bytesOf(
        type,
        thread_[static_cast<size_t>(builtin.builtin) - static_cast<size_t>(Builtin::ThreadX)]);
  if (llvm::isa<FloatType>(builtin.args[0]->type())) {
    std::vector<double> x;
    for (const Expr* arg : builtin.args)
      x.push_back(realOf(*arg->type(), bits(*arg)));
    const double result = realBuiltin(builtin, x);
    return type.kind() == TypeKind::Bool ? Bytes{result != 0}
                                         : bytesOf(type, bitsOfReal(type, result));
  }
  std::vector<uint64_t> x;
  for (const Expr* arg : builtin.args)
    x.push_back(bits(*arg));
  return bytesOf(type, truncated(type, integerBuiltin(builtin, x)));
}

double Interpreter::realBuiltin(const BuiltinExpr& builtin, const std::vector<double>& x) {
  switch (builtin.builtin) {
  case Builtin::Min:
    return x[1] < x[0] ? x[1] : x[0];
  case Builtin::Max:
    return x[0] < x[1] ? x[1] : x[0];
  case Builtin::FMin:
    return std::fmin(x[0], x[1]);
  case Builtin::FMax:
    return std::fmax(x[0], x[1]);
  case Builtin::Abs:
    return std::fabs(x[0]);
  case Builtin::Sqrt:
    return std::sqrt(x[0]);
  case Builtin::Floor:
    return std::floor(x[0]);
  case Builtin::Ceil:
    return std::ceil(x[0]);
  case Builtin::Round:
    return std::round(x[0]);
  case Builtin::Trunc:
    return std::trunc(x[0]);
  case Builtin::Fma: // once rounded, as the type asks
    return builtin.type()->size() == 4
               ? std::fma(static_cast<float>(x[0]), static_cast<float>(x[1]),
                          static_cast<float>(x[2]))
               : std::fma(x[0], x[1], x[2]);
  case Builtin::IsNan:
    return std::isnan(x[0]);
  case Builtin::IsInf:
    return std::isinf(x[0]);
  case Builtin::IsFinite:
    return std::isfinite(x[0]);
  case Builtin::SignBit:
    return std::signbit(x[0]);
  default:
    fault("a function whose value differs from one C library to another");
  }
}

uint64_t Interpreter::integerBuiltin(const BuiltinExpr& builtin, const std::vector<uint64_t>& x) {
  const Type& type = *builtin.args[0]->type();
  const int64_t a = signExtend(type, x[0]);
  const auto isLess = [&](uint64_t p, uint64_t q) {
    return llvm::cast<IntType>(type).isSigned() ? signExtend(type, p) < signExtend(type, q) : p < q;
  };
  switch (builtin.builtin) {
  case Builtin::Abs:
    return static_cast<uint64_t>(llvm::cast<IntType>(type).isSigned() && a < 0 ? -a : a);
  case Builtin::Min:
    return isLess(x[1], x[0]) ? x[1] : x[0];
  case Builtin::Max:
    return isLess(x[0], x[1]) ? x[1] : x[0];
  case Builtin::Popcount:
    return static_cast<uint64_t>(std::popcount(x[0]));
  case Builtin::CountLeadingZeros:
    return static_cast<uint64_t>(std::countl_zero(x[0])) - (64 - widthOf(type));
  case Builtin::CountTrailingZeros:
    return std::min<uint64_t>(static_cast<uint64_t>(std::countr_zero(x[0])), widthOf(type));
  default:
    fault("not a function of integers");
  }
}

Bytes Interpreter::construct(const ConstructExpr& construct) {
  const Type& type = *construct.type();
  Bytes value(type.size(), 0);
  for (size_t i = 0; i < construct.args.size(); ++i) {
    const Bytes part = eval(*construct.args[i]);
    const auto* structType = llvm::dyn_cast<StructType>(&type);
    const uint64_t offset = structType ? structType->fields()[i].offset : i * part.size();
    std::memcpy(value.data() + offset, part.data(), part.size());
  }
  return value;
}

uint8_t* Interpreter::place(const Place& place) {
  switch (place.kind()) {
  case PlaceKind::Local: {
    const Local* local = llvm::cast<LocalPlace>(place).local;
    if (local->kind == LocalKind::Shared)
      return lanes_.shared(local);
    Slot& slot = frame_->slots.at(local);
    auto* bytes = std::get_if<Bytes>(&slot);
    return bytes ? bytes->data() : std::get<uint8_t*>(slot);
  }
  case PlaceKind::Field: {
    const auto& field = llvm::cast<FieldPlace>(place);
    return this->place(*field.base) +
           llvm::cast<StructType>(field.base->type())->fields()[field.field].offset;
  }
  case PlaceKind::Index: {
    const auto& index = llvm::cast<IndexPlace>(place);
    const int64_t i = signExtend(*index.index->type(), bits(*index.index));
    const uint64_t count = llvm::cast<ArrayType>(index.base->type())->count();
    if (i < 0 || static_cast<uint64_t>(i) >= count)
      fault(fmt::format("index {} of {} elements", i, count));
    return this->place(*index.base) + static_cast<uint64_t>(i) * place.type()->size();
  }
  case PlaceKind::SpanElement: {
    const auto& element = llvm::cast<SpanElementPlace>(place);
    const auto& span = std::get<SpanView>(frame_->slots.at(element.span));
    const int64_t i = signExtend(*element.index->type(), bits(*element.index));
    if (i < 0 || static_cast<uint64_t>(i) >= span.count)
      fault(fmt::format("index {} of a span of {}", i, span.count));
    return span.data + static_cast<uint64_t>(i) * place.type()->size();
  }
  case PlaceKind::Cell:
    return cell(llvm::cast<CellPlace>(place));
  }
  fault("unknown place");
}

uint8_t* Interpreter::cell(const CellPlace& place) {
  const auto& view = std::get<CellView>(frame_->slots.at(place.cell));
  const int32_t offset[] = {place.dx, place.dy, place.dz};
  int64_t index = 0;
  for (size_t axis = 3; axis-- > 0;) {
    const int32_t at = view.at[axis] + offset[axis];
    if (at < 0 || at >= view.extent[axis])
      fault("a cell outside of its field");
    index = index * view.extent[axis] + at;
  }
  return view.data + static_cast<uint64_t>(index) * place.type()->size();
}

int32_t Interpreter::cellInfo(const CellInfoExpr& info) {
  const auto& view = std::get<CellView>(frame_->slots.at(info.cell));
  const auto axis = static_cast<size_t>(info.info);
  return axis < 3 ? view.at[axis] : view.extent[axis - 3];
}

} // namespace ring::test
