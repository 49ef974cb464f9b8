// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ring:: attributes. They are parsed by clang, checked here for their subject and arguments,
// and kept on the declaration; what they mean together is Discovery's business.
#ifndef RINGC_LIB_FRONTEND_ATTRIBUTES_H
#define RINGC_LIB_FRONTEND_ATTRIBUTES_H

#include "Reporter.h"
#include "ringc/IR/Module.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include <optional>

namespace ringc {

enum class RingAttribute : uint8_t { Message, Actor, Handler, Stencil, Kernel };

/// Makes clang know the attributes; before the first parse of the process, any number of times.
void registerAttributes();

/// With the scope: `ring::actor`.
llvm::StringRef attributeName(RingAttribute attribute);

/// The attribute on `decl`, or null.
const clang::AnnotateAttr* findAttribute(const clang::Decl& decl, RingAttribute attribute);

/// The scope named in `ring::actor(...)`; Thread without an argument.
ir::Scope actorScope(const clang::AnnotateAttr& attribute, const clang::ASTContext& ast);

/// Sizes named in `ring::kernel(...)`, in threads; {256, 1, 1} without arguments. Reports and gives
/// nothing where they are no block that every target can run.
std::optional<std::array<uint32_t, 3>>
kernelBlock(const clang::AnnotateAttr& attribute, const clang::ASTContext& ast, Reporter& reporter);

/// The known attribute name nearest to a misspelt one (without its scope); empty where none is
/// near.
llvm::StringRef nearestAttribute(llvm::StringRef name);

} // namespace ringc

#endif
