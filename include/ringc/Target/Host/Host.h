// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Host: the handlers are compiled by the user's own compiler, so nothing of them is printed. What
// is printed is the module's registration (ringkernel/registration.h): a header that declares it
// and a .cpp that defines it, checks that both compilers agree on every layout, and carries the
// device sources.
#ifndef RINGC_TARGET_HOST_HOST_H
#define RINGC_TARGET_HOST_HOST_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace ringc::host {

/// One handler file.
struct Source {
  std::string include; ///< as written between the quotes of #include
  bool isHeader;       ///< false: a .ring.cpp, which only the generated .cpp includes
};

struct Options {
  std::vector<Source> sources;
  std::string headerName; ///< file name of the generated header
  /// Identities (see `addIdentities`) of what a header among the sources shows to its includers.
  /// The rest is visible in the generated .cpp only.
  llvm::StringSet<> inHeaders;
  /// Device sources to carry; empty where a target was not asked for.
  std::string cuda, msl, wgsl;
};

/// Adds what tells each of the module's registered types and functions from all others.
void addIdentities(const ir::Module& module, llvm::StringSet<>& identities);

/// Prints `NAME.ring.gen.h`.
void printHeader(const ir::Module& module, const Options& options, llvm::raw_ostream& os);
/// Prints `NAME.ring.gen.cpp`. The module must verify and be as the frontend made it.
void printSource(const ir::Module& module, const Options& options, llvm::raw_ostream& os);

} // namespace ringc::host

#endif
