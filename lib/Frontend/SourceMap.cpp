// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See SourceMap.h.

#include "SourceMap.h"

namespace ringc {

SourceMap::SourceMap(const clang::SourceManager& sources, ir::Module& module,
                     llvm::StringRef mainFile)
    : sources_(sources), module_(module) {
  ids_[mainFile] = module_.addFile(mainFile);
  files_[mainFile] = sources_.getMainFileID();
}

/// ring.h and what it includes: where they lie depends on the installation, so a node made from
/// them takes the user's place that came before it.
static bool isOurHeader(llvm::StringRef path) {
  return path.contains("ringkernel/detail/") || path.contains("ringkernel/abi/") ||
         path.ends_with("ringkernel/ring.h");
}

ir::Location SourceMap::toIr(clang::SourceLocation loc) {
  const clang::PresumedLoc presumed = sources_.getPresumedLoc(sources_.getFileLoc(loc));
  if (presumed.isInvalid() || isOurHeader(presumed.getFilename()))
    return last_;
  const llvm::StringRef name = presumed.getFilename();
  auto it = ids_.find(name);
  if (it == ids_.end()) {
    it = ids_.try_emplace(name, module_.addFile(name)).first;
    files_[name] = sources_.getFileID(sources_.getFileLoc(loc));
  }
  last_ = {it->second, presumed.getLine(), presumed.getColumn()};
  return last_;
}

clang::SourceLocation SourceMap::fromPlace(const SourcePlace& place) const {
  const auto it = files_.find(place.file);
  if (it == files_.end())
    return {};
  if (place.line == 0)
    return sources_.getLocForStartOfFile(it->second);
  return sources_.translateLineCol(it->second, place.line, place.column == 0 ? 1 : place.column);
}

} // namespace ringc
