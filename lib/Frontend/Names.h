// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How C++ entities are called in the IR, and the types of the standard library and of ring.h that
// are known by name. Never looks into a body.
#ifndef RINGC_LIB_FRONTEND_NAMES_H
#define RINGC_LIB_FRONTEND_NAMES_H

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/DenseMap.h"
#include <string>

namespace ringc {

enum class KnownRecord : uint8_t {
  None,
  StdArray,
  StdSpan,
  StdOther, ///< of the standard library, not known to ringc
  RingCell,
  RingShared,
  RingContext,
  RingGridStride,
};

class Names {
public:
  explicit Names(const clang::ASTContext& ast);

  /// The qualified name of a type as C++ writes it, template arguments included: `Gaussian<float>`.
  std::string type(clang::QualType type) const;
  /// The same as the user wrote it, for messages.
  std::string shown(clang::QualType type) const;
  std::string record(const clang::CXXRecordDecl& record) const;
  /// The qualified name with template arguments, without parameters.
  std::string function(const clang::FunctionDecl& function) const;
  /// `(const Transfer &, ring::Context &) const`
  std::string signature(const clang::FunctionDecl& function) const;
  /// The qualified name without any template arguments: `std::max`.
  std::string plain(const clang::NamedDecl& decl) const;

  /// Of the C or C++ library: known to ringc by name, its body never looked at.
  bool isStandardLibrary(const clang::FunctionDecl& function) const;

  KnownRecord known(const clang::CXXRecordDecl& record) const;
  KnownRecord known(clang::QualType type) const;

private:
  const clang::ASTContext& ast_;
  clang::PrintingPolicy policy_;
  mutable llvm::DenseMap<const clang::Decl*, KnownRecord> known_;
};

/// Argument `index` of a class template's instance; null type where there is none.
clang::QualType templateTypeArgument(const clang::CXXRecordDecl& record, unsigned index);

/// The name of the outermost namespace around a declaration; empty where there is none.
llvm::StringRef outermostNamespace(const clang::Decl& decl);

/// True where the declaration, or what it is in, is in an anonymous namespace.
bool inAnonymousNamespace(const clang::Decl& decl);

} // namespace ringc

#endif
