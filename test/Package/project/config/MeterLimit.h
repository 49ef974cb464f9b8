// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The test changes this number and expects every generated file to follow.
#pragma once

constexpr unsigned kLimit = 10;
