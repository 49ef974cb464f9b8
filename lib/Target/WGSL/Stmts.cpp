// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements. Loops are `for` and `while` where they have that shape, else `loop` with
// `continuing`.

#include "../Common/Usage.h"
#include "WgslPrinter.h"
#include "ringc/Support/Check.h"

namespace ringc::wgsl {

using namespace ir;

void WgslPrinter::statements(const Block& block) {
  for (const Stmt* one : block.stmts)
    stmt(*one);
}

void WgslPrinter::stmt(const Stmt& stmt) {
  switch (stmt.kind()) {
  case StmtKind::Block: {
    const target::BlockScope scope(out_, "");
    return statements(llvm::cast<Block>(stmt));
  }
  case StmtKind::Decl:
    return declStmt(llvm::cast<DeclStmt>(stmt));
  case StmtKind::Store:
    return storeStmt(llvm::cast<StoreStmt>(stmt));
  case StmtKind::Call:
    return callStmt(llvm::cast<CallStmt>(stmt));
  case StmtKind::If:
    return ifStmt(llvm::cast<IfStmt>(stmt), "");
  case StmtKind::Loop:
    return loopStmt(llvm::cast<LoopStmt>(stmt));
  case StmtKind::Switch:
    return switchStmt(llvm::cast<SwitchStmt>(stmt));
  case StmtKind::Break:
    return out_.text("break;");
  case StmtKind::Continue:
    return out_.text("continue;");
  case StmtKind::Return: {
    const Expr* value = llvm::cast<ReturnStmt>(stmt).value;
    return out_.text(value ? fmt::format("return {};", expr(*value)) : "return;");
  }
  case StmtKind::Barrier:
    out_.text("storageBarrier();");
    return out_.text("workgroupBarrier();");
  case StmtKind::UniformLoad: {
    const auto& load = llvm::cast<UniformLoadStmt>(stmt);
    out_.text("storageBarrier();");
    return out_.line("let {} = workgroupUniformLoad(&{});", locals_.of(load.result),
                     variable(*load.shared));
  }
  case StmtKind::Atomic:
    return atomicStmt(llvm::cast<AtomicStmt>(stmt));
  case StmtKind::Send:
    return sendStmt(llvm::cast<SendStmt>(stmt));
  case StmtKind::Fail:
    return out_.line("ring_fail({});", expr(*llvm::cast<FailStmt>(stmt).code));
  case StmtKind::Stop:
    return out_.text("ring_stop();");
  case StmtKind::Ref:
  case StmtKind::ParallelFor:
  case StmtKind::Reduce:
    break;
  }
  RINGC_UNREACHABLE("a reference or a parallel region is left after legalisation");
}

std::string WgslPrinter::resultHead(const Local* result) {
  if (!result)
    return "";
  return fmt::format("{} {} = ", changed_.contains(result) ? "var" : "let", locals_.of(result));
}

void WgslPrinter::declStmt(const DeclStmt& stmt) {
  const Local& local = *stmt.local;
  // An array is indexed only as a variable.
  const bool isLet = stmt.init && !changed_.contains(&local) && !local.type->isAggregate();
  const std::string head =
      fmt::format("{} {}: {}", isLet ? "let" : "var", locals_.of(&local), type(*local.type));
  out_.text(stmt.init ? fmt::format("{} = {};", head, expr(*stmt.init)) : head + ";");
}

void WgslPrinter::storeStmt(const StoreStmt& stmt) {
  if (const std::optional<Address> at = address(*stmt.place))
    return store(*stmt.place->type(), *at, expr(*stmt.value));
  if (isAtomicShared(*stmt.place))
    return out_.line("atomicStore(&{}, {});", variable(*stmt.place), expr(*stmt.value));
  out_.line("{} = {};", variable(*stmt.place), expr(*stmt.value));
}

void WgslPrinter::callStmt(const CallStmt& stmt) {
  std::string args;
  for (const Argument& argument : stmt.args)
    if (const auto* value = std::get_if<Expr*>(&argument)) // the rest is a context
      args += (args.empty() ? "" : ", ") + expr(**value);
  out_.line("{}{}({});", resultHead(stmt.result), names_.of(stmt.callee), args);
}

void WgslPrinter::ifStmt(const IfStmt& stmt, llvm::StringRef head) {
  out_.open(fmt::format("{}if ({})", head, expr(*stmt.condition)));
  statements(*stmt.thenBlock);
  const Block* other = stmt.elseBlock;
  if (!other || other->stmts.empty())
    return out_.close();
  out_.outdent();
  const auto* chained = llvm::dyn_cast<IfStmt>(other->stmts.front());
  if (other->stmts.size() == 1 && chained)
    return ifStmt(*chained, "} else ");
  out_.open("} else");
  statements(*other);
  out_.close();
}

/// A loop that counts one variable in its head; false where this is none.
bool WgslPrinter::forLoop(const LoopStmt& stmt) {
  const bool hasInit = stmt.init && !stmt.init->stmts.empty();
  const bool hasStep = stmt.step && !stmt.step->stmts.empty();
  if (stmt.testAtEnd || (hasInit && stmt.init->stmts.size() != 1) ||
      (hasStep && stmt.step->stmts.size() != 1))
    return false;
  std::string step;
  if (hasStep) {
    const auto* store = llvm::dyn_cast<StoreStmt>(stmt.step->stmts.front());
    if (!store || address(*store->place) || isAtomicShared(*store->place))
      return false;
    step = fmt::format(" {} = {}", variable(*store->place), expr(*store->value));
  }
  std::string init;
  if (hasInit) {
    const auto& decl = llvm::cast<DeclStmt>(*stmt.init->stmts.front());
    init = fmt::format("var {}: {}{}", locals_.of(decl.local), type(*decl.local->type),
                       decl.init ? " = " + expr(*decl.init) : "");
  }
  const std::string condition = stmt.condition ? expr(*stmt.condition) : "";
  if (!hasInit && !hasStep)
    out_.open(condition.empty() ? std::string("loop") : fmt::format("while ({})", condition));
  else
    out_.open(fmt::format("for ({}; {};{})", init, condition, step));
  statements(*stmt.body);
  out_.close();
  return true;
}

void WgslPrinter::loopStmt(const LoopStmt& stmt) {
  if (forLoop(stmt))
    return;
  const bool hasInit = stmt.init && !stmt.init->stmts.empty();
  if (hasInit) {
    out_.open("");
    statements(*stmt.init);
  }
  {
    const target::BlockScope loop(out_, "loop");
    if (stmt.condition && !stmt.testAtEnd) {
      out_.open(fmt::format("if (!({}))", expr(*stmt.condition)));
      out_.text("break;");
      out_.close();
    }
    statements(*stmt.body);
    const target::BlockScope continuing(out_, "continuing");
    if (stmt.step)
      statements(*stmt.step);
    if (stmt.condition && stmt.testAtEnd)
      out_.line("break if !({});", expr(*stmt.condition));
  }
  if (hasInit)
    out_.close();
}

/// WGSL switches over 32 bits: a 64-bit selector becomes the number of its case.
std::string WgslPrinter::wideSelector(const SwitchStmt& stmt) {
  const std::string value = locals_.take("ring_selector");
  out_.line("let {} = {};", value, expr(*stmt.selector));
  std::string chain = fmt::format("{}u", stmt.cases.size());
  for (size_t i = 0; i < stmt.cases.size(); ++i)
    for (uint64_t bits : stmt.cases[i].values)
      chain = fmt::format("select({}, {}u, all({} == vec2<u32>({}u, {}u)))", chain, i, value,
                          static_cast<uint32_t>(bits), bits >> 32);
  return chain;
}

void WgslPrinter::switchStmt(const SwitchStmt& stmt) {
  const auto& type = llvm::cast<IntType>(*stmt.selector->type());
  const bool isWide = type.bits() == 64;
  const std::string selector = isWide ? wideSelector(stmt) : expr(*stmt.selector);
  const target::BlockScope body(out_, fmt::format("switch ({})", selector));
  bool hasDefault = false;
  for (size_t i = 0; i < stmt.cases.size(); ++i) {
    const SwitchCase& one = stmt.cases[i];
    std::string values;
    const auto add = [&](const std::string& text) {
      values += (values.empty() ? "" : ", ") + text;
    };
    if (isWide && !one.values.empty())
      add(fmt::format("{}u", i));
    for (uint64_t value : one.values)
      if (!isWide)
        add(constant(ConstantExpr(&type, value, stmt.loc())).text);
    if (one.isDefault)
      add("default");
    hasDefault |= one.isDefault;
    const target::BlockScope block(out_, fmt::format("case {}:", values));
    statements(*one.body);
  }
  if (!hasDefault)
    out_.text("default: {}");
}

void WgslPrinter::atomicStmt(const AtomicStmt& stmt) {
  static constexpr const char* kNames[] = {
      "atomicAdd",  "atomicSub",      "atomicMin",
      "atomicMax",  "atomicAnd",      "atomicOr",
      "atomicXor",  "atomicExchange", "atomicCompareExchangeWeak",
      "atomicLoad", "atomicStore"};
  const std::optional<Address> at = address(*stmt.place);
  const bool isSigned = llvm::cast<IntType>(stmt.place->type())->isSigned();
  const bool wordIsSigned = at ? at->buffer->isSigned : isSigned;
  const std::string pointer =
      at ? fmt::format("&{}[{}]", at->buffer->name, at->word()) : "&" + variable(*stmt.place);
  const auto toWord = [&](const Expr& value) {
    return isSigned == wordIsSigned
               ? expr(value)
               : fmt::format("bitcast<{}>({})", wordIsSigned ? "i32" : "u32", expr(value));
  };
  const auto fromWord = [&](const std::string& value) {
    return isSigned == wordIsSigned
               ? value
               : fmt::format("bitcast<{}>({})", isSigned ? "i32" : "u32", value);
  };
  if (stmt.op == AtomicOp::CompareExchange) {
    // The weak one may fail for no reason; C++'s does not.
    const std::string old = locals_.take("ring_old");
    const std::string expected = locals_.take("ring_expected");
    out_.line("let {} = {};", expected, toWord(*stmt.expected));
    out_.line("var {} = {};", old, expected);
    {
      const target::BlockScope loop(out_, "loop");
      out_.line("let ring_try = {}({}, {}, {});", kNames[static_cast<size_t>(stmt.op)], pointer,
                expected, toWord(*stmt.operand));
      out_.line("{} = ring_try.old_value;", old);
      out_.open(fmt::format("if (ring_try.exchanged || {} != {})", old, expected));
      out_.text("break;");
      out_.close();
    }
    if (stmt.result)
      out_.line("{}{};", resultHead(stmt.result), fromWord(old));
    return;
  }
  const std::string operand = stmt.operand ? ", " + toWord(*stmt.operand) : "";
  const std::string call =
      fmt::format("{}({}{})", kNames[static_cast<size_t>(stmt.op)], pointer, operand);
  if (stmt.result)
    return out_.line("{}{};", resultHead(stmt.result), fromWord(call));
  out_.line("{}{};", stmt.op == AtomicOp::Load ? "_ = " : "", call);
}

void WgslPrinter::sendStmt(const SendStmt& stmt) {
  const Type& message = *stmt.message->type();
  const uint32_t index = target::messageIndex(module_, &message);
  std::string call;
  if (stmt.sendKind == SendKind::Reply) {
    call = fmt::format("ring_reply({}u, {}u)", index, message.size());
  } else {
    const std::string to = locals_.take("ring_target");
    out_.line("let {} = {};", to, expr(*stmt.target));
    const auto& id = llvm::cast<StructType>(*stmt.target->type());
    call =
        fmt::format("ring_send(vec2<u32>({0}.{1}, {0}.{2} | ({0}.{3} << 16u)), {4}u, {5}u)", to,
                    fields_.of(id, 0), fields_.of(id, 1), fields_.of(id, 2), index, message.size());
  }
  std::string tried;
  if (stmt.sendKind == SendKind::TrySend) {
    tried = stmt.result ? locals_.of(stmt.result).str() : locals_.take("ring_tried");
    out_.line("let {} = ring_mayTry();", tried);
    out_.open(fmt::format("if ({})", tried));
  }
  const std::string slot = locals_.take("ring_slot");
  out_.line("let {} = {};", slot, call);
  {
    const target::BlockScope taken(out_, fmt::format("if ({} != ring_none)", slot));
    store(message, Address(outbox_).plus(slot, 4), expr(*stmt.message));
  }
  if (!tried.empty())
    out_.close();
}

} // namespace ringc::wgsl
