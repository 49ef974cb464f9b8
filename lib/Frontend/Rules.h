// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of docs/Language.md for messages, actors, handlers and kernels that a declaration alone
// can break. Each check reports what it finds.
#ifndef RINGC_LIB_FRONTEND_RULES_H
#define RINGC_LIB_FRONTEND_RULES_H

#include "Discovery.h"

namespace ringc {

/// Plain data without pointers, small enough for a slot.
bool checkMessage(const clang::CXXRecordDecl& record, const Names& names, Reporter& reporter);
/// State is plain data, handlers are public and have the right shape; gives the handlers.
bool checkActor(const clang::CXXRecordDecl& record, const Names& names, Reporter& reporter,
                std::vector<const clang::CXXMethodDecl*>& handlers);
/// A class that is no actor has no handlers.
void checkNoHandlers(const clang::CXXRecordDecl& record, const Names& names, Reporter& reporter);
/// A stencil or kernel gives nothing back and can be named from other files.
bool checkRoot(const clang::FunctionDecl& function, const Names& names, Reporter& reporter);
/// Functions defined in a `.ring.h` must be inline: host code and generated code both include it.
void checkInlineInHeader(const clang::FunctionDecl& function, const clang::SourceManager& sources,
                         const Names& names, Reporter& reporter);

} // namespace ringc

#endif
