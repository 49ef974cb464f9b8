// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process is run to its end, whichever that is.
#include "tools/ring/doctor/Process.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace ring::tool {
namespace {

using namespace std::chrono_literals;
using How = Ended::How;

Ended sh(const std::string& script, std::chrono::milliseconds limit = 20s) {
  return runProcess({"/bin/sh", "-c", script}, limit);
}

TEST(DoctorProcess, OutputErrorsAndCodeAreKept) {
  const Ended ended = sh("echo out; echo err >&2; exit 3");
  EXPECT_EQ(ended.how, How::Exited);
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.output, "out\n");
  EXPECT_EQ(ended.errors, "err\n");
  EXPECT_FALSE(ended.isFine());
  EXPECT_TRUE(sh("true").isFine());
}

TEST(DoctorProcess, MuchOutputIsTakenAndTooMuchIsDropped) {
  EXPECT_EQ(sh("head -c 1000000 /dev/zero").output.size(), 1000000u);
  const Ended ended = sh("head -c 20000000 /dev/zero");
  EXPECT_TRUE(ended.isFine());
  EXPECT_EQ(ended.output.size(), std::size_t(16) << 20);
}

TEST(DoctorProcess, ASignalIsNamed) {
  const Ended ended = sh("kill -SEGV $$");
  EXPECT_EQ(ended.how, How::Signalled);
  EXPECT_EQ(ended.code, SIGSEGV);
  EXPECT_EQ(ended.describe(), "was ended by signal 11 (Segmentation fault)");
}

TEST(DoctorProcess, WhatHangsIsEnded) {
  // With its output open, and with its output closed.
  for (const char* script :
       {"echo before; exec tail -f /dev/null", "exec >/dev/null 2>&1; exec tail -f /dev/null"}) {
    const auto begin = std::chrono::steady_clock::now();
    const Ended ended = sh(script, 300ms);
    EXPECT_EQ(ended.how, How::TimedOut) << script;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  }
  EXPECT_EQ(sh("echo before; exec tail -f /dev/null", 1s).output, "before\n");
}

TEST(DoctorProcess, WhatItLeavesBehindIsNotWaitedFor) {
  const Ended ended = sh("(exec tail -f /dev/null) & echo $!");
  EXPECT_TRUE(ended.isFine());
  ASSERT_NE(ended.output, "");
  EXPECT_EQ(kill(static_cast<pid_t>(std::stol(ended.output)), SIGKILL), 0);
}

TEST(DoctorProcess, AProgramThatIsNotThere) {
  const Ended ended = runProcess({"/no/such/program"}, 1s);
  EXPECT_EQ(ended.how, How::NotStarted);
  EXPECT_EQ(ended.code, ENOENT);
}

} // namespace
} // namespace ring::tool
