// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions: pure values. Reading a place is an expression; calls, stores and messages are
// statements. Both operands of an arithmetic operation have the type of the result: every C++
// conversion is an explicit CastExpr.
#ifndef RINGC_IR_EXPR_H
#define RINGC_IR_EXPR_H

#include "ringc/IR/Place.h"

namespace ringc::ir {

enum class ExprKind : uint8_t {
  Constant,
  Load,
  Unary,
  Binary,
  Cast,
  Select,
  Builtin,
  Construct,
  Extract,
  SpanSize,
  CellInfo,
  ContextInfo,
};

class Expr {
public:
  ExprKind kind() const { return kind_; }
  const Type* type() const { return type_; }
  Location loc() const { return loc_; }
  virtual ~Expr() = default;

protected:
  Expr(ExprKind kind, const Type* type, Location loc) : kind_(kind), type_(type), loc_(loc) {}

private:
  ExprKind kind_;
  const Type* type_;
  Location loc_;
};

/// A scalar constant. `bits` holds the value's bit pattern in its own width, zero-extended: an i32
/// of -1 is 0xffffffff, a float its IEEE pattern, a bool 0 or 1.
class ConstantExpr final : public Expr {
public:
  ConstantExpr(const Type* type, uint64_t bits, Location loc)
      : Expr(ExprKind::Constant, type, loc), bits(bits) {}
  uint64_t bits;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Constant; }
};

class LoadExpr final : public Expr {
public:
  LoadExpr(Place* place, Location loc) : Expr(ExprKind::Load, place->type(), loc), place(place) {}
  Place* place;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Load; }
};

enum class UnaryOp : uint8_t {
  Negate,     ///< int (wraps for unsigned) or float
  BitNot,     ///< int
  LogicalNot, ///< bool
};

class UnaryExpr final : public Expr {
public:
  UnaryExpr(UnaryOp op, Expr* operand, Location loc)
      : Expr(ExprKind::Unary, operand->type(), loc), op(op), operand(operand) {}
  UnaryOp op;
  Expr* operand;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Unary; }
};

enum class BinaryOp : uint8_t {
  Add,
  Sub,
  Mul,
  Div,
  Rem, // int or float (Rem: int only)
  BitAnd,
  BitOr,
  BitXor, // int
  Shl,
  Shr, // int; the amount has any int type; Shr by the sign of lhs
  LogicalAnd,
  LogicalOr, // bool; rhs is evaluated only where it decides
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual, // scalars (bool: Equal, NotEqual); bool result
};

class BinaryExpr final : public Expr {
public:
  BinaryExpr(BinaryOp op, const Type* type, Expr* lhs, Expr* rhs, Location loc)
      : Expr(ExprKind::Binary, type, loc), op(op), lhs(lhs), rhs(rhs) {}
  BinaryOp op;
  Expr* lhs;
  Expr* rhs;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Binary; }
};

enum class CastKind : uint8_t {
  Convert, ///< C++ conversion between scalars (to bool: != 0)
  Bitcast, ///< same size, bits kept (std::bit_cast of scalars)
};

class CastExpr final : public Expr {
public:
  CastExpr(CastKind castKind, const Type* to, Expr* operand, Location loc)
      : Expr(ExprKind::Cast, to, loc), castKind(castKind), operand(operand) {}
  CastKind castKind;
  Expr* operand;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Cast; }
};

/// condition ? ifTrue : ifFalse. Only the chosen side need be evaluated; either may be evaluated
/// where that cannot be observed (no division by zero, no access out of bounds).
class SelectExpr final : public Expr {
public:
  SelectExpr(Expr* condition, Expr* ifTrue, Expr* ifFalse, Location loc)
      : Expr(ExprKind::Select, ifTrue->type(), loc), condition(condition), ifTrue(ifTrue),
        ifFalse(ifFalse) {}
  Expr* condition;
  Expr* ifTrue;
  Expr* ifFalse;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Select; }
};

enum class Builtin : uint8_t {
#define RING_BUILTIN(Name, Text, Arity, Rule) Name,
#include "ringc/IR/Builtins.def"
};

class BuiltinExpr final : public Expr {
public:
  BuiltinExpr(Builtin builtin, const Type* type, std::vector<Expr*> args, Location loc)
      : Expr(ExprKind::Builtin, type, loc), builtin(builtin), args(std::move(args)) {}
  Builtin builtin;
  std::vector<Expr*> args;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Builtin; }
};

/// A struct or array value, one argument a field or element; without arguments: all zero bits.
class ConstructExpr final : public Expr {
public:
  ConstructExpr(const Type* type, std::vector<Expr*> args, Location loc)
      : Expr(ExprKind::Construct, type, loc), args(std::move(args)) {}
  std::vector<Expr*> args;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Construct; }
};

/// Field `field` of a struct value (of a value, not of a place).
class ExtractExpr final : public Expr {
public:
  ExtractExpr(Expr* base, uint32_t field, Location loc)
      : Expr(ExprKind::Extract, llvm::cast<StructType>(base->type())->fields()[field].type, loc),
        base(base), field(field) {}
  Expr* base;
  uint32_t field;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::Extract; }
};

/// Element count of a span parameter, u64.
class SpanSizeExpr final : public Expr {
public:
  SpanSizeExpr(Local* span, const Type* u64, Location loc)
      : Expr(ExprKind::SpanSize, u64, loc), span(span) {}
  Local* span;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::SpanSize; }
};

enum class CellInfo : uint8_t { X, Y, Z, ExtentX, ExtentY, ExtentZ };

/// Coordinate of the centre, or the field's extent, in cells, i32.
class CellInfoExpr final : public Expr {
public:
  CellInfoExpr(Local* cell, CellInfo info, const Type* i32, Location loc)
      : Expr(ExprKind::CellInfo, i32, loc), cell(cell), info(info) {}
  Local* cell;
  CellInfo info;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::CellInfo; }
};

enum class ContextInfo : uint8_t {
  Self,     ///< the actor itself, the struct `ring::ActorId`
  Sender,   ///< who sent the message, the struct `ring::ActorId`
  Failed,   ///< bool: fail(code) was called in this activation. Made by LowerFail.
  FailCode, ///< u32: what the last fail of this lane was given. Made by LowerFail.
};

/// What the activation knows of itself; its type is given by `info`.
class ContextInfoExpr final : public Expr {
public:
  ContextInfoExpr(ContextInfo info, const Type* type, Location loc)
      : Expr(ExprKind::ContextInfo, type, loc), info(info) {}
  ContextInfo info;
  static bool classof(const Expr* e) { return e->kind() == ExprKind::ContextInfo; }
};

} // namespace ringc::ir

#endif
