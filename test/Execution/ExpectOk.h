// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A Status that a test expects to be Ok, with its message where it is not.
#ifndef RINGKERNEL_TEST_EXECUTION_EXPECTOK_H
#define RINGKERNEL_TEST_EXECUTION_EXPECTOK_H

#include <ringkernel/status.h>

#include <gtest/gtest.h>

#define EXPECT_OK(expression)                                                                      \
  do {                                                                                             \
    const ring::Status status_ = (expression);                                                     \
    EXPECT_TRUE(status_.isOk()) << status_.message();                                              \
  } while (false)

#endif
