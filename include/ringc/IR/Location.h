// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a node of the IR comes from in the user's files. There is no default: whoever makes a node
// says where it came from, and a pass that makes new nodes takes the place of what they replace.
#ifndef RINGC_IR_LOCATION_H
#define RINGC_IR_LOCATION_H

#include <cstdint>

namespace ringc::ir {

/// Index into Module::files(). File 0 is the module's first source.
enum class FileId : uint32_t {};

struct Location {
  FileId file;
  uint32_t line;   ///< from 1
  uint32_t column; ///< from 1, in bytes

  friend bool operator==(const Location& a, const Location& b) {
    return a.file == b.file && a.line == b.line && a.column == b.column;
  }
};

} // namespace ringc::ir

#endif
