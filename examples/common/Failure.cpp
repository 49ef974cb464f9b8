// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text of unknown origin in messages: it may be long, and a terminal obeys control characters.
#include "Failure.h"

#include <fmt/core.h>

namespace example {

std::string inQuotes(std::string_view text) {
  constexpr std::size_t kMaxBytes = 60;
  std::string shown = "'";
  for (const char c : text.substr(0, kMaxBytes))
    shown += c >= ' ' && c <= '~' ? std::string(1, c)
                                  : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return shown + (text.size() > kMaxBytes ? "...'" : "'");
}

} // namespace example
