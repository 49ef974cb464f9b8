// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the actors, messages, stencils and kernels of a translation unit, in source order, and
// holds them to the rules of docs/Language.md that do not need their bodies.
#ifndef RINGC_LIB_FRONTEND_DISCOVERY_H
#define RINGC_LIB_FRONTEND_DISCOVERY_H

#include "Attributes.h"
#include "Names.h"
#include <vector>

namespace ringc {

struct ActorEntity {
  const clang::CXXRecordDecl* record;
  ir::Scope scope;
  std::vector<const clang::CXXMethodDecl*> handlers;
};

struct Entities {
  std::vector<const clang::CXXRecordDecl*> messages;
  std::vector<ActorEntity> actors;
  std::vector<const clang::FunctionDecl*> stencils;
  std::vector<const clang::FunctionDecl*> kernels;
};

/// Looks at the user's files (not at system headers, nor at namespace ring). What breaks a rule is
/// reported and left out.
Entities discover(clang::ASTContext& ast, const Names& names, Reporter& reporter);

/// The struct that a handler's first parameter names; null where the method has not the shape
/// `void on(const Message&, ring::Context&)`.
const clang::CXXRecordDecl* handledMessage(const clang::CXXMethodDecl& method, const Names& names);

} // namespace ringc

#endif
