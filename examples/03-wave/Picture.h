// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The wave in its ground: pressure in blue and red over wave speeds in grey.
#ifndef RINGKERNEL_EXAMPLES_WAVE_PICTURE_H
#define RINGKERNEL_EXAMPLES_WAVE_PICTURE_H

#include "Setup.h"

#include <string>

namespace wave {

/// A PNG file of `pressure` (Setup::index) at `seconds`. Throws Failure.
std::string drawPicture(const Model& model, const Setup& setup, const std::vector<float>& pressure,
                        double seconds);

} // namespace wave

#endif
