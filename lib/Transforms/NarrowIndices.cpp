// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes and indices are 64-bit in C++, and expensive or missing on GPUs. Here they become u32 where
// the result is the same: what is truncated anyway is computed modulo 2^32; an index within a
// buffer is below 2^32, so it may be; locals and comparisons where ranges prove it, given what
// hosts check at launch (Ranges.h).

#include "Build.h"
#include "Locals.h"
#include "Ranges.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

namespace {

bool isWide(const Type* type) {
  const auto* integer = llvm::dyn_cast<IntType>(type);
  return integer && integer->bits() == 64;
}

class Narrower {
public:
  Narrower(Module& module, Function& function)
      : module_(module), function_(function), ranges_(function), u32_(module.types.u32()) {}

  void run() {
    countStores();
    walkStmts(*function_.body, [&](const Stmt& stmt) {
      if (const auto* loop = llvm::dyn_cast<LoopStmt>(&stmt))
        narrowCounter(*loop);
      else if (const auto* decl = llvm::dyn_cast<DeclStmt>(&stmt))
        narrowConstant(*decl);
    });
    walkStmts(*function_.body, [&](const Stmt& stmt) { rewrite(const_cast<Stmt&>(stmt)); });
  }

private:
  void countStores() {
    walkPlaces(*function_.body, [&](const Place& place, PlaceUse use) {
      if (use != PlaceUse::Read)
        ++stores_[rootOf(place)];
    });
  }

  bool fits(const Expr& expr) const {
    const std::optional<uint64_t> highest = ranges_.highest(expr);
    return highest && *highest <= 0xffffffffu;
  }

  void narrow(Local* local, uint64_t highest) {
    wide_[local] = local->type;
    ranges_.bound(local, highest);
  }

  /// A local that keeps its first value.
  void narrowConstant(const DeclStmt& decl) {
    if (!isWide(decl.local->type) || wide_.contains(decl.local) || !decl.init ||
        stores_.lookup(decl.local) != 0 || !fits(*decl.init))
      return;
    narrow(decl.local, *ranges_.highest(*decl.init));
  }

  /// for (i = first; i < limit; i += step): i stays below limit + step.
  void narrowCounter(const LoopStmt& loop) {
    const auto* test = llvm::dyn_cast_or_null<BinaryExpr>(loop.condition);
    if (!test || loop.testAtEnd || !loop.init || !loop.step || test->op != BinaryOp::Less)
      return;
    for (const Stmt* stmt : loop.init->stmts) {
      const auto* decl = llvm::dyn_cast<DeclStmt>(stmt);
      if (!decl || !decl->init || !isWide(decl->local->type) || stores_.lookup(decl->local) != 1 ||
          !isLoadOf(test->lhs, decl->local))
        continue;
      const Expr* step = stepOf(*loop.step, decl->local);
      const auto first = ranges_.highest(*decl->init);
      const auto limit = ranges_.highest(*test->rhs);
      const auto by = step ? ranges_.highest(*step) : std::nullopt;
      if (first && limit && by && *first <= 0xffffffffu && *limit <= 0xffffffffu &&
          *by <= 0xffffffffu && *limit + *by <= 0xffffffffu)
        narrow(decl->local, std::max(*first, *limit + *by));
    }
  }

  static bool isLoadOf(const Expr* expr, const Local* local) {
    const auto* load = llvm::dyn_cast<LoadExpr>(expr);
    const auto* place = load ? llvm::dyn_cast<LocalPlace>(load->place) : nullptr;
    return place && place->local == local;
  }

  /// s of the statement `local = local + s` in a loop's step.
  static const Expr* stepOf(const Block& step, const Local* local) {
    for (const Stmt* stmt : step.stmts) {
      const auto* store = llvm::dyn_cast<StoreStmt>(stmt);
      const auto* place = store ? llvm::dyn_cast<LocalPlace>(store->place) : nullptr;
      const auto* sum =
          place && place->local == local ? llvm::dyn_cast<BinaryExpr>(store->value) : nullptr;
      if (sum && sum->op == BinaryOp::Add && isLoadOf(sum->lhs, local))
        return sum->rhs;
    }
    return nullptr;
  }

  void rewrite(Stmt& stmt) {
    for (Expr** slot : operandSlots(stmt))
      rewrite(*slot);
    if (auto* decl = llvm::dyn_cast<DeclStmt>(&stmt)) {
      if (wide_.contains(decl->local)) {
        decl->local->type = u32_;
        decl->init = low(decl->init);
      }
    } else if (auto* store = llvm::dyn_cast<StoreStmt>(&stmt)) {
      const auto* place = llvm::dyn_cast<LocalPlace>(store->place);
      if (place && wide_.contains(place->local)) {
        place->local->type = u32_;
        store->place = Build(module_, place->loc()).place(place->local);
        store->value = low(store->value);
      } else {
        rewriteIndices(*store->place);
      }
    } else if (auto* call = llvm::dyn_cast<CallStmt>(&stmt)) {
      for (Argument& argument : call->args)
        if (auto* place = std::get_if<Place*>(&argument))
          rewriteIndices(**place);
    } else if (auto* ref = llvm::dyn_cast<RefStmt>(&stmt)) {
      rewriteIndices(*ref->place);
    } else if (auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt)) {
      rewriteIndices(*atomic->place);
    }
  }

  void rewriteIndices(Place& place) {
    for (Expr** slot : operandSlots(place))
      if (isWide((*slot)->type()))
        *slot = low(*slot);
  }

  void rewrite(Expr*& slot) {
    for (Expr** operand : operandSlots(*slot))
      rewrite(*operand);
    if (auto* load = llvm::dyn_cast<LoadExpr>(slot)) {
      const auto* place = llvm::dyn_cast<LocalPlace>(load->place);
      if (!place || !wide_.contains(place->local)) {
        rewriteIndices(*load->place);
        return;
      }
      place->local->type = u32_;
      const Build at(module_, slot->loc());
      slot = at.convert(wide_.lookup(place->local), at.load(place->local));
    } else if (auto* cast = llvm::dyn_cast<CastExpr>(slot)) {
      const auto* to = llvm::dyn_cast<IntType>(cast->type());
      if (cast->castKind == CastKind::Convert && to && to->bits() <= 32 &&
          isWide(cast->operand->type()))
        slot = Build(module_, slot->loc()).convert(to, low(cast->operand));
    } else if (auto* compare = llvm::dyn_cast<BinaryExpr>(slot)) {
      if (compare->type()->kind() == TypeKind::Bool && isWide(compare->lhs->type()) &&
          fits(*compare->lhs) && fits(*compare->rhs)) {
        compare->lhs = low(compare->lhs);
        compare->rhs = low(compare->rhs);
      }
    }
  }

  /// The expression modulo 2^32, as u32.
  Expr* low(Expr* expr) {
    if (!expr || expr->type() == u32_)
      return expr;
    const Build at(module_, expr->loc());
    if (!isWide(expr->type()))
      return at.convert(u32_, expr);
    if (const auto* constant = llvm::dyn_cast<ConstantExpr>(expr))
      return at.u32(static_cast<uint32_t>(constant->bits));
    if (auto* cast = llvm::dyn_cast<CastExpr>(expr)) {
      if (cast->castKind == CastKind::Convert && llvm::isa<IntType>(cast->operand->type()))
        return low(cast->operand);
    } else if (auto* binary = llvm::dyn_cast<BinaryExpr>(expr)) {
      if (Expr* narrowed = lowBinary(at, *binary))
        return narrowed;
    } else if (auto* unary = llvm::dyn_cast<UnaryExpr>(expr)) {
      return module_.make<UnaryExpr>(unary->op, low(unary->operand), at.loc);
    } else if (auto* select = llvm::dyn_cast<SelectExpr>(expr)) {
      Expr* ifTrue = low(select->ifTrue);
      return module_.make<SelectExpr>(select->condition, ifTrue, low(select->ifFalse), at.loc);
    } else if (auto* builtin = llvm::dyn_cast<BuiltinExpr>(expr)) {
      const bool bounds = builtin->builtin == Builtin::Min || builtin->builtin == Builtin::Max;
      if (bounds && fits(*builtin->args[0]) && fits(*builtin->args[1])) {
        Expr* first = low(builtin->args[0]);
        return module_.make<BuiltinExpr>(builtin->builtin, u32_,
                                         std::vector<Expr*>{first, low(builtin->args[1])}, at.loc);
      }
    }
    return at.convert(u32_, expr);
  }

  Expr* lowBinary(const Build& at, const BinaryExpr& binary) {
    switch (binary.op) {
    case BinaryOp::Add:
    case BinaryOp::Sub:
    case BinaryOp::Mul:
    case BinaryOp::BitAnd:
    case BinaryOp::BitOr:
    case BinaryOp::BitXor:
      break;
    case BinaryOp::Div:
    case BinaryOp::Rem:
      if (!fits(*binary.lhs) || !fits(*binary.rhs))
        return nullptr;
      break;
    case BinaryOp::Shl:
    case BinaryOp::Shr: {
      const auto* amount = llvm::dyn_cast<ConstantExpr>(binary.rhs);
      if (!amount || amount->bits >= 32 || (binary.op == BinaryOp::Shr && !fits(*binary.lhs)))
        return nullptr;
      return at.binary(binary.op, low(binary.lhs), binary.rhs);
    }
    default:
      return nullptr;
    }
    Expr* lhs = low(binary.lhs);
    return at.binary(binary.op, lhs, low(binary.rhs));
  }

  Module& module_;
  Function& function_;
  Ranges ranges_;
  const Type* u32_;
  llvm::DenseMap<const Local*, unsigned> stores_;
  llvm::DenseMap<const Local*, const Type*> wide_; ///< narrowed, with the type they had
};

} // namespace

void narrowIndices(Module& module) {
  for (Function* function : module.functions)
    Narrower(module, *function).run();
}

} // namespace ringc::transforms
