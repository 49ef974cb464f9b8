// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Attributes.h. Clang 19 finds a plugin's attribute by its name without the scope when it
// decides whether to parse arguments: each is therefore registered under its bare name too, and
// refused there.

#include "Attributes.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/DiagnosticSema.h"
#include "clang/Sema/DeclSpec.h"
#include "clang/Sema/Lookup.h"
#include "clang/Sema/ParsedAttr.h"
#include "clang/Sema/Sema.h"

namespace ringc {

namespace {

enum class Subject : uint8_t { Record, Method, Function };

struct AttributeRow {
  RingAttribute attribute;
  const char* name; ///< with its scope
  Subject subject;
  unsigned maxArgs;
};

constexpr unsigned scopeLength = 6; // "ring::"
constexpr AttributeRow rows[] = {
    {RingAttribute::Message, "ring::message", Subject::Record, 0},
    {RingAttribute::Actor, "ring::actor", Subject::Record, 1},
    {RingAttribute::Handler, "ring::handler", Subject::Method, 0},
    {RingAttribute::Stencil, "ring::stencil", Subject::Function, 0},
    {RingAttribute::Kernel, "ring::kernel", Subject::Function, 3},
};
/// Threads of a block that every target can run.
constexpr uint64_t maxBlockThreads = 1024;

bool matches(Subject subject, const clang::Decl& decl) {
  switch (subject) {
  case Subject::Record:
    return llvm::isa<clang::CXXRecordDecl>(decl);
  case Subject::Method:
    return llvm::isa<clang::CXXMethodDecl>(decl);
  case Subject::Function:
    return llvm::isa<clang::FunctionDecl>(decl) && !llvm::isa<clang::CXXMethodDecl>(decl);
  }
  return false;
}

const char* subjectText(Subject subject) {
  switch (subject) {
  case Subject::Record:
    return "classes and structs";
  case Subject::Method:
    return "member functions";
  case Subject::Function:
    return "free functions";
  }
  return "";
}

/// A ring::actor argument is an enumerator of ring::Scope, a ring::kernel argument an integer.
bool hasRightType(RingAttribute attribute, const clang::Expr& arg) {
  const clang::QualType type = arg.getType();
  if (attribute != RingAttribute::Actor)
    return type->isIntegralOrUnscopedEnumerationType();
  const auto* enumeration = type->getAs<clang::EnumType>();
  return enumeration && enumeration->getDecl()->getQualifiedNameAsString() == "ring::Scope";
}

/// What clang asks of one attribute.
class RingAttributeInfo final : public clang::ParsedAttrInfo {
public:
  explicit RingAttributeInfo(const AttributeRow& row) : row_(row) {
    OptArgs = 15; // counted in handleDeclAttribute, which says what is wrong
    spellings_[0] = {clang::ParsedAttr::AS_CXX11, row.name};
    spellings_[1] = {clang::ParsedAttr::AS_CXX11, row.name + scopeLength};
    Spellings = spellings_;
  }

  bool diagAppertainsToDecl(clang::Sema& sema, const clang::ParsedAttr& attr,
                            const clang::Decl* decl) const override {
    if (matches(row_.subject, *decl))
      return true;
    Reporter(sema.getDiagnostics())
            .report(attr.getLoc(), DiagId::AttributeSubject, row_.name, subjectText(row_.subject))
        << attr.getRange();
    return false;
  }

  AttrHandling handleDeclAttribute(clang::Sema& sema, clang::Decl* decl,
                                   const clang::ParsedAttr& attr) const override {
    Reporter reporter(sema.getDiagnostics());
    if (!attr.getScopeName()) {
      reporter.report(attr.getLoc(), DiagId::AttributePrefix, row_.name + scopeLength)
          << attr.getRange() << clang::FixItHint::CreateInsertion(attr.getLoc(), "ring::");
      return AttributeNotApplied;
    }
    if (attr.getNumArgs() > row_.maxArgs) {
      reporter.report(attr.getLoc(), DiagId::AttributeArgumentCount, row_.name, row_.maxArgs,
                      attr.getNumArgs())
          << attr.getRange();
      return AttributeNotApplied;
    }
    llvm::SmallVector<clang::Expr*, 3> args;
    for (unsigned i = 0; i < attr.getNumArgs(); ++i) {
      clang::Expr* arg = checkedArgument(sema, reporter, attr, i);
      if (!arg)
        return AttributeNotApplied;
      args.push_back(arg);
    }
    decl->addAttr(
        clang::AnnotateAttr::Create(sema.Context, row_.name, args.data(), args.size(), attr));
    return AttributeApplied;
  }

private:
  clang::Expr* checkedArgument(clang::Sema& sema, Reporter& reporter, const clang::ParsedAttr& attr,
                               unsigned index) const {
    const char* wanted = row_.attribute == RingAttribute::Actor
                             ? "'ring::Scope::Thread', 'ring::Scope::Warp' or 'ring::Scope::Block'"
                             : "a constant number of threads";
    clang::Expr* arg =
        attr.isArgExpr(index) ? attr.getArgAsExpr(index) : named(sema, *attr.getArgAsIdent(index));
    if (!arg) // what is wrong with the name has been reported
      return nullptr;
    if (arg->isTypeDependent() || arg->isValueDependent())
      return arg;
    clang::Expr::EvalResult result;
    if (hasRightType(row_.attribute, *arg) && arg->EvaluateAsInt(result, sema.Context))
      return arg;
    reporter.report(arg->getExprLoc(), DiagId::AttributeArgument, row_.name, wanted)
        << arg->getSourceRange();
    return nullptr;
  }

  /// Clang leaves a lone name in an argument of an attribute that is not its own as it is.
  static clang::Expr* named(clang::Sema& sema, const clang::IdentifierLoc& name) {
    clang::LookupResult found(sema, clang::DeclarationNameInfo(name.Ident, name.Loc),
                              clang::Sema::LookupOrdinaryName);
    sema.LookupName(found, sema.getCurScope());
    if (!found.isSingleResult() || !llvm::isa<clang::ValueDecl>(found.getFoundDecl())) {
      found.suppressDiagnostics();
      sema.Diag(name.Loc, clang::diag::err_undeclared_var_use) << name.Ident;
      return nullptr;
    }
    const clang::ExprResult made =
        sema.BuildDeclarationNameExpr(clang::CXXScopeSpec(), found, /*NeedsADL=*/false);
    return made.isInvalid() ? nullptr : made.get();
  }

  const AttributeRow& row_;
  Spelling spellings_[2];
};

} // namespace

/// clang makes the infos from a list of factories without arguments, hence one type a row.
template <unsigned row> static std::unique_ptr<clang::ParsedAttrInfo> makeInfo() {
  return std::make_unique<RingAttributeInfo>(rows[row]);
}

template <unsigned row> static void registerRow() {
  static clang::ParsedAttrInfoRegistry::entry entry(rows[row].name, "ring:: attribute",
                                                    makeInfo<row>);
  static clang::ParsedAttrInfoRegistry::node node(entry);
  clang::ParsedAttrInfoRegistry::add_node(&node);
}

void registerAttributes() {
  static const bool once = [] {
    registerRow<0>();
    registerRow<1>();
    registerRow<2>();
    registerRow<3>();
    registerRow<4>();
    return true;
  }();
  (void)once;
}

llvm::StringRef attributeName(RingAttribute attribute) {
  return rows[static_cast<unsigned>(attribute)].name;
}

const clang::AnnotateAttr* findAttribute(const clang::Decl& decl, RingAttribute attribute) {
  for (const auto* attr : decl.specific_attrs<clang::AnnotateAttr>())
    if (attr->getAnnotation() == attributeName(attribute))
      return attr;
  return nullptr;
}

ir::Scope actorScope(const clang::AnnotateAttr& attribute, const clang::ASTContext& ast) {
  clang::Expr::EvalResult result;
  if (attribute.args_size() == 0 || !(*attribute.args_begin())->EvaluateAsInt(result, ast))
    return ir::Scope::Thread;
  switch (result.Val.getInt().getExtValue()) {
  case 1:
    return ir::Scope::Warp;
  case 2:
    return ir::Scope::Block;
  default:
    return ir::Scope::Thread;
  }
}

std::optional<std::array<uint32_t, 3>> kernelBlock(const clang::AnnotateAttr& attribute,
                                                   const clang::ASTContext& ast,
                                                   Reporter& reporter) {
  if (attribute.args_size() == 0)
    return std::array<uint32_t, 3>{256, 1, 1};
  std::array<uint32_t, 3> block = {1, 1, 1};
  uint64_t threads = 1;
  unsigned axis = 0;
  for (const clang::Expr* arg : attribute.args()) {
    clang::Expr::EvalResult result;
    if (!arg->EvaluateAsInt(result, ast)) {
      reporter.report(arg->getExprLoc(), DiagId::AttributeArgument, "ring::kernel",
                      "a constant number of threads");
      return std::nullopt;
    }
    const llvm::APSInt& value = result.Val.getInt();
    if (value.isNegative() || value.isZero() || value.getActiveBits() > 32 ||
        (threads *= value.getZExtValue()) > maxBlockThreads) {
      reporter.report(arg->getExprLoc(), DiagId::KernelBlockSize,
                      llvm::toString(value, 10, value.isSigned()), maxBlockThreads);
      return std::nullopt;
    }
    block[axis++] = static_cast<uint32_t>(value.getZExtValue());
  }
  return block;
}

llvm::StringRef nearestAttribute(llvm::StringRef name) {
  llvm::StringRef best;
  unsigned bestDistance = 3; // edits; more is another word
  for (const AttributeRow& row : rows) {
    const llvm::StringRef known = llvm::StringRef(row.name).drop_front(scopeLength);
    const unsigned distance = name.edit_distance_insensitive(known);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = known;
    }
  }
  return best;
}

} // namespace ringc
