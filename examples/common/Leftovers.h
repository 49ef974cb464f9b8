// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that must not outlive the program when a signal ends it.
#ifndef RINGKERNEL_EXAMPLES_COMMON_LEFTOVERS_H
#define RINGKERNEL_EXAMPLES_COMMON_LEFTOVERS_H

#include <cstddef>

namespace example {

/// While one lives, SIGINT, SIGTERM, SIGHUP and SIGPIPE remove its file before they end the
/// program. At most 16 live at once.
class Leftover {
public:
  /// `path` stays valid and unchanged as long as this lives.
  explicit Leftover(const char* path);
  Leftover(const Leftover&) = delete;
  Leftover& operator=(const Leftover&) = delete;
  ~Leftover();

private:
  std::size_t slot_;
};

} // namespace example

#endif
