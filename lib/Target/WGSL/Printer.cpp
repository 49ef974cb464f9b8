// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole WGSL file, and functions.

#include "../Common/Usage.h"
#include "WgslPrinter.h"
#include "ringc/IR/Walk.h"
#include "ringc/Target/WGSL/WGSL.h"

namespace ringc::wgsl {

using namespace ir;
using namespace target;

WgslPrinter::WgslPrinter(const Module& module)
    : module_(module), names_(module), fields_(Language::Wgsl), body_(bodyText_),
      out_(body_, module, module.name + ".wgsl"), locals_(Language::Wgsl, names_.scope()) {}

void WgslPrinter::print(llvm::raw_ostream& os) {
  // Names of ours, whichever files will be needed.
  for (const std::string& name : DeviceLibrary::allIdentifiers("wgsl/"))
    names_.take(name);
  planBuffers();
  for (const Function* function : module_.functions)
    if (function->kind == FunctionKind::Kernel)
      kernel(*function);
    else
      this->function(*function, scopeOf(module_, *function));
  for (const Function* function : module_.functions)
    if (function->kind == FunctionKind::Stencil)
      sweep(*function);
  for (const Actor& actor : module_.actors)
    round(actor);
  printHelpers();
  if (!module_.actors.empty()) {
    library_.need("wgsl/rounds.wgsl");
    buffer(state_, 5, true);
  }

  os << generatedNote(module_) << "\n";
  if (!module_.actors.empty())
    printAbi(module_, os);
  os << library_.text();
  std::string structs;
  llvm::raw_string_ostream structStream(structs);
  SourceWriter writer(structStream, module_, module_.name);
  for (const StructType* type : module_.types.structs())
    if (usedStructs_.contains(type))
      structDefinition(*type, writer);
  os << structs << body_.str();
}

void WgslPrinter::structDefinition(const StructType& type, SourceWriter& out) {
  out.blank();
  const BlockScope body(out, fmt::format("struct {}", names_.of(&type)));
  for (uint32_t i = 0; i < type.fields().size(); ++i)
    out.line("{}: {},", fields_.of(type, i), this->type(*type.fields()[i].type));
  if (type.fields().empty()) // WGSL has no empty struct
    out.text("ring_empty: u32,");
}

/// Which buffers must be atomic, which several lanes write into.
void WgslPrinter::planBuffers() {
  for (const Function* function : module_.functions)
    planFunction(*function, scopeOf(module_, *function));
}

void WgslPrinter::planFunction(const Function& function, Scope scope) {
  const std::string entry =
      function.kind == FunctionKind::Kernel || function.kind == FunctionKind::Stencil
          ? names_.entry(&function).str()
          : std::string();
  std::string arena;
  for (const Local* param : function.params) {
    const std::string name = mangle(param->name);
    if (llvm::isa<SpanType>(param->type))
      views_[param] = Buffer{names_.take(entry + "_" + name)};
    if (llvm::isa<CellType>(param->type)) {
      if (arena.empty())
        arena = names_.take(entry + "_arena");
      views_[param] = Buffer{arena};
    }
  }
  const auto makeAtomic = [&](const Local* root, bool isSigned) {
    const auto view = views_.find(root);
    if (view == views_.end())
      return;
    for (auto& [local, buffer] : views_) // the cells of a sweep share one buffer
      if (buffer.name == view->second.name) {
        buffer.isAtomic = true;
        buffer.isSigned |= isSigned;
      }
  };
  walkStmts(*function.body, [&](const Stmt& stmt) {
    if (const auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt)) {
      const Local* root = rootOf(*atomic->place);
      const bool compares = atomic->op == AtomicOp::Min || atomic->op == AtomicOp::Max;
      makeAtomic(root, compares && llvm::cast<IntType>(atomic->place->type())->isSigned());
      if (root->kind == LocalKind::Shared)
        atomicShared_[root] = atomic->place->type();
    } else if (const auto* store = llvm::dyn_cast<StoreStmt>(&stmt)) {
      const Local* root = rootOf(*store->place);
      if (!hasSubWords(*store->place->type()))
        return;
      makeAtomic(root, false);
      if (root->isReference() && root->space == AddressSpace::State && scope != Scope::Thread)
        state_.isAtomic = true;
    }
  });
}

void WgslPrinter::beginFunction(const Function& function, Scope scope) {
  function_ = &function;
  scope_ = scope;
  locals_ = LocalNames(Language::Wgsl, names_.scope());
  changed_.clear();
  walkPlaces(*function.body, [&](const Place& place, PlaceUse use) {
    if (use != PlaceUse::Read)
      changed_.insert(rootOf(place));
  });
  counts_.clear();
  for (const Local* param : function.params)
    locals_.of(param);
  for (const Local* param : function.params)
    if (llvm::isa<SpanType>(param->type))
      counts_[param] = locals_.take(locals_.of(param).str() + "_count");
  for (const Local* shared : function.shared)
    globals_[shared] = names_.take((names_.of(&function) + "_" + mangle(shared->name)).str());
}

void WgslPrinter::functionNote(const Function& function) {
  out_.blank();
  out_.line("// {}:{}", module_.files[static_cast<size_t>(function.loc.file)], function.loc.line);
}

void WgslPrinter::sharedVariables(const Function& function) {
  for (const Local* shared : function.shared) {
    const auto atomic = atomicShared_.find(shared);
    std::string type = this->type(*shared->type);
    if (atomic != atomicShared_.end()) {
      // The integer at the bottom of the array becomes atomic.
      const std::string plain = this->type(*atomic->second);
      type.replace(type.find(plain), plain.size(), "atomic<" + plain + ">");
    }
    out_.line("var<workgroup> {}: {};", globals_.lookup(shared), type);
  }
}

std::string WgslPrinter::parameter(const Local& param) {
  if (param.isReference())
    return fmt::format("{}: u32", locals_.of(&param)); // its first word
  if (llvm::isa<CellType>(param.type))
    return fmt::format("{}: u32", locals_.of(&param)); // the centre's index
  const std::string suffix = changed_.contains(&param) ? "_given" : "";
  return fmt::format("{}{}: {}", locals_.of(&param), suffix, type(*param.type));
}

/// Parameters are values: one that the function changes is copied first.
void WgslPrinter::copyChangedParameters(const Function& function) {
  for (const Local* param : function.params)
    if (changed_.contains(param) && param->type->size() != 0 && !param->isReference())
      out_.line("var {0} = {0}_given;", locals_.of(param));
}

void WgslPrinter::function(const Function& function, Scope scope) {
  beginFunction(function, scope);
  functionNote(function);
  sharedVariables(function);
  std::string params;
  const auto add = [&](const std::string& text) { params += (params.empty() ? "" : ", ") + text; };
  for (const Local* param : function.params)
    if (param->type->kind() != TypeKind::Context)
      add(parameter(*param));
  if (scope != Scope::Thread)
    add("ring_lane: u32");
  if (function.kind == FunctionKind::Stencil)
    add("ring_cell: ring_Cell");
  const std::string result = type(*function.returnType);
  const BlockScope body(out_, fmt::format("fn {}({}){}", names_.of(&function), params,
                                          result.empty() ? "" : " -> " + result));
  copyChangedParameters(function);
  statements(*function.body);
}

void print(const Module& module, llvm::raw_ostream& os) { WgslPrinter(module).print(os); }

void printAbi(const Module& module, llvm::raw_ostream& os) {
  os << "\n";
  for (const AbiConstant& constant : abiConstants())
    os << fmt::format("const ring_{} = {}u;\n", constant.name, constant.value);
  // Offsets in bytes: what lies in a buffer is no struct of WGSL.
  for (const StructType* type : abiStructs(module)) {
    llvm::StringRef name = type->name();
    if (name.contains('<')) // Atomic: one word
      continue;
    if (!name.consume_front("ring::abi::"))
      name.consume_front("ring::");
    os << fmt::format("const ring_{}_size = {}u;\n", name, type->size());
    for (const Field& field : type->fields())
      os << fmt::format("const ring_{}_{} = {}u;\n", name, field.name, field.offset);
  }
}

} // namespace ringc::wgsl
