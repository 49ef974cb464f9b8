// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From data to pixels: a linear scale and the places of its tick marks, for numbers and for dates.
#ifndef RINGKERNEL_EXAMPLES_COMMON_AXIS_H
#define RINGKERNEL_EXAMPLES_COMMON_AXIS_H

#include <cstdint>
#include <string>
#include <vector>

namespace example {

struct Tick {
  double value;
  std::string label;
};

/// Maps [low, high] to [from, to] pixels; `from` may be above `to`.
struct Scale {
  double low, high;
  double from, to;
  double operator()(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

/// At most `most` ticks at round numbers (1, 2, 5 times a power of ten) within [low, high].
std::vector<Tick> numberTicks(double low, double high, int most);

/// At most `most` ticks at round times within [low, high], seconds since 1970.
std::vector<Tick> dateTicks(double low, double high, int most);

} // namespace example

#endif
