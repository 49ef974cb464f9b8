// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What came out of a group: a table for people and one in Markdown, and JSON with everything.
#ifndef RINGKERNEL_BENCH_GPU_REPORT_H
#define RINGKERNEL_BENCH_GPU_REPORT_H

#include "Rows.h"

namespace bench {

/// Prints the group, appends it to `table` as Markdown, gives its JSON. `seconds`: that it took.
nlohmann::json report(const Group& group, double seconds, std::string& table);

} // namespace bench

#endif
