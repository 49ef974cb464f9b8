// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The groups of gpu-bench, a file each.
#ifndef RINGKERNEL_BENCH_GPU_MAKERS_H
#define RINGKERNEL_BENCH_GPU_MAKERS_H

#include "Rows.h"

namespace bench {

void copies(const Settings& settings, const Groups& add);
void roundTrips(const Settings& settings, const Groups& add);
void injections(const Settings& settings, const Groups& add);
void lives(const Settings& settings, const Groups& add);
void tiers(const Settings& settings, const Groups& add);
void barriers(const Settings& settings, const Groups& add);
void pipelines(const Settings& settings, const Groups& add);
void streams(const Settings& settings, const Groups& add);
void targets(const Settings& settings, const Groups& add);
void idleness(const Settings& settings, const Groups& add);
/// One stream in for `Settings::sustain` seconds: the rate of each, its spread, the audit, and a
/// log of power and clocks.
void sustained(const Settings& settings, const Groups& add);

} // namespace bench

#endif
