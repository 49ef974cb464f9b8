// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's source locations <-> the IR's. A place inside a macro is where the macro is used; #line
// directives of the user are followed.
#ifndef RINGC_LIB_FRONTEND_SOURCEMAP_H
#define RINGC_LIB_FRONTEND_SOURCEMAP_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringMap.h"

namespace ringc {

class SourceMap {
public:
  /// `mainFile` becomes file 0 of the module.
  SourceMap(const clang::SourceManager& sources, ir::Module& module, llvm::StringRef mainFile);

  /// A location that is none of the user's gives the last one that was.
  ir::Location toIr(clang::SourceLocation loc);
  /// Invalid where the place's file was never seen by toIr.
  clang::SourceLocation fromPlace(const SourcePlace& place) const;

private:
  const clang::SourceManager& sources_;
  ir::Module& module_;
  ir::Location last_ = {ir::FileId(0), 1, 1};
  llvm::StringMap<ir::FileId> ids_;
  llvm::StringMap<clang::FileID> files_;
};

} // namespace ringc

#endif
