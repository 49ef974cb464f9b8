// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions and their parameters. A span is a pointer and a count, a cell a pointer to the centre
// beside one `ring_Cell` that all cells of the function share.

#include "CxxPrinter.h"

namespace ringc::target {

using namespace ir;

void CxxPrinter::beginFunction(const Function& function, Scope scope) {
  function_ = &function;
  scope_ = scope;
  locals_ = LocalNames(dialect_.language, names_.scope());
  counts_.clear();
  context_.clear();
  for (const Local* param : function.params) {
    llvm::StringRef name = locals_.of(param);
    if (param->type->kind() == TypeKind::Context)
      context_ = name.str();
  }
}

std::string CxxPrinter::countName(const Local& span) {
  std::string& name = counts_[&span];
  if (name.empty())
    name = locals_.take(locals_.of(&span).str() + "_count");
  return name;
}

std::vector<std::string> CxxPrinter::parameters(const Function& function) {
  std::vector<std::string> list;
  bool hasCell = false;
  for (const Local* param : function.params) {
    const llvm::StringRef name = locals_.of(param);
    const llvm::StringRef buffer = spaceName(dialect_, AddressSpace::Buffer);
    if (const auto* span = llvm::dyn_cast<SpanType>(param->type)) {
      list.push_back(fmt::format("{}{}{}* {}", buffer, span->isConst() ? "const " : "",
                                 type(*span->element()), name));
      list.push_back(
          fmt::format("{} {}", dialect_.narrowCounts ? "uint" : "ring_u64", countName(*param)));
    } else if (const auto* cell = llvm::dyn_cast<CellType>(param->type)) {
      list.push_back(fmt::format("{}{}{}* {}", buffer, cell->isConst() ? "const " : "",
                                 type(*cell->element()), name));
      hasCell = true;
    } else if (param->type->kind() == TypeKind::Context) {
      list.push_back(
          fmt::format("{}ring_Context& {}", spaceName(dialect_, AddressSpace::Function), name));
    } else if (param->isReference()) {
      const bool isConst = param->isConst || param->space == AddressSpace::Message;
      list.push_back(fmt::format("{}{}{}& {}", spaceName(dialect_, param->space),
                                 isConst ? "const " : "", type(*param->type), name));
    } else {
      list.push_back(fmt::format("{} {}", type(*param->type), name));
    }
  }
  if (hasCell)
    list.emplace_back("ring_Cell ring_cell");
  return list;
}

std::vector<std::string> CxxPrinter::sharedParameters(const Function& function) {
  std::vector<std::string> list;
  if (dialect_.sharedInEntry)
    for (const Local* shared : function.shared)
      list.push_back(fmt::format("{}{}& {}", spaceName(dialect_, AddressSpace::Workgroup),
                                 type(*shared->type), locals_.of(shared)));
  return list;
}

void CxxPrinter::sharedDeclarations(const Function& function) {
  for (const Local* shared : function.shared)
    if (scope_ == Scope::Warp)
      out_.line("RING_WARP_SHARED({}, {});", locals_.of(shared), type(*shared->type));
    else
      out_.line("{}{} {};", dialect_.sharedPrefix, type(*shared->type), locals_.of(shared));
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& one : list)
    text += (text.empty() ? "" : ", ") + one;
  return text;
}

void CxxPrinter::function(const Function& function, Scope scope) {
  beginFunction(function, scope);
  std::vector<std::string> params = parameters(function);
  for (std::string& shared : sharedParameters(function))
    params.push_back(std::move(shared));
  out_.blank();
  out_.at(function.loc);
  out_.open(fmt::format("{}{} {}({})", dialect_.functionPrefix, type(*function.returnType),
                        names_.of(&function), joined(params)));
  if (!dialect_.sharedInEntry)
    sharedDeclarations(function);
  statements(*function.body);
  out_.close();
  out_.generated();
}

} // namespace ringc::target
