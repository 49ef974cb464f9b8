// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report is one JSON value from the first fact on: what is printed, judged and tested is the
// same. Members keep the order in which they were put in.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_JSON_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_JSON_H

#include <nlohmann/json.hpp>

#include <string>

namespace ring::tool {

using Json = nlohmann::ordered_json;

/// A text from outside (a driver, a file name) as JSON takes it: what is no UTF-8 is replaced.
inline std::string asText(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_JSON_H
