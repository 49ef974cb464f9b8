// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Codes that an actor fails with where its handler did not call fail itself. They reach whoever
// asked as Status::failCode(), like the handlers' own; those should stay below kFirstFault.
#ifndef RINGKERNEL_ABI_FAULTS_H
#define RINGKERNEL_ABI_FAULTS_H

#include <cstdint>

namespace ring {

inline constexpr std::uint32_t kFirstFault = 0xffffff00u;
/// An index was outside of its array (`ringc --bounds=check`; ring::Array on the host).
inline constexpr std::uint32_t kFailBounds = 0xffffff01u;
/// The loops of one call ran longer than they may (`ringc --loop-budget`).
inline constexpr std::uint32_t kFailBudget = 0xffffff02u;

} // namespace ring

#endif
