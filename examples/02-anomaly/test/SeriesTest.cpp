// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading data sets, and what is said of those that cannot be read.
#include "02-anomaly/Series.h"

#include "common/Failure.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include <unistd.h>

using namespace anomaly;
namespace fs = std::filesystem;

namespace {

class Folder : public testing::Test {
protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("anomaly-series-" + std::to_string(getpid()));
    fs::create_directories(root_ / "data");
    fs::create_directories(root_ / "labels");
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / name, std::ios::binary) << text;
  }
  fs::path root_;
};

std::string failureOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const example::Failure& failure) {
    return failure.what();
  }
  return "no failure";
}

TEST(Series, ReadsFoldersSortedWithTheirWindows) {
  const DataSet data = readDataSet(fs::path(RINGKERNEL_TEST_INPUTS) / "small");
  ASSERT_EQ(data.series.size(), 3u);
  EXPECT_EQ(data.series[0].name, "flat.csv");
  EXPECT_EQ(data.series[1].name, "machines/fan.csv");
  EXPECT_EQ(data.series[2].name, "machines/pump.csv");
  EXPECT_EQ(data.rows(), 440u);
  const Series& fan = data.series[1]; // its lines end in CR LF
  EXPECT_EQ(fan.timestamps[1], "2026-03-01 00:15:00");
  EXPECT_EQ(fan.values[120], 4.0);
  ASSERT_EQ(fan.windows.size(), 1u);
  EXPECT_EQ(fan.windows[0].first, 115u);
  EXPECT_EQ(fan.windows[0].last, 130u);
  EXPECT_TRUE(data.isLabelled);
}

TEST(Series, TimestampsAreSecondsSince1970) {
  EXPECT_EQ(parseTimestamp("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(parseTimestamp("2014-07-01 00:30:00"), 1404174600);
  EXPECT_EQ(parseTimestamp("2014-07-01 00:30:00.000000"), 1404174600);
  for (const char* wrong : {"", "2014-07-01", "2014-13-01 00:00:00", "2014-02-30 00:00:00",
                            "2014-07-01 24:00:00", "2014-07-01T00:00:00", "2014-07-01 00:30:00.",
                            "2014-07-01 00:30:0x", "2014-07-01 00:30:00 "})
    EXPECT_THROW(parseTimestamp(wrong), example::Failure) << wrong;
}

TEST_F(Folder, WhatIsWrongIsNamedWithFileAndLine) {
  const std::string file = (root_ / "data" / "a.csv").string();
  const auto readIt = [&] { (void)readDataSet(root_); };
  write("data/a.csv", "timestamp,value\n2026-01-01 00:00:00,1\n2026-01-01 00:05:00,ten\n");
  EXPECT_EQ(failureOf(readIt), file + ":3: 'ten' is not a finite number");
  write("data/a.csv", "timestamp,value\n2026-01-01 00:00:00,nan\n");
  EXPECT_EQ(failureOf(readIt), file + ":2: 'nan' is not a finite number");
  write("data/a.csv", "timestamp,value\n2026-01-01 00:00:00\n");
  EXPECT_EQ(failureOf(readIt),
            file + ":2: expected 'timestamp,value', found '2026-01-01 00:00:00'");
  write("data/a.csv", "timestamp,value\nyesterday,1\n");
  EXPECT_EQ(failureOf(readIt),
            file + ":2: 'yesterday' is not a time of the form 'YYYY-MM-DD HH:MM:SS'");
  write("data/a.csv", "time;value\n");
  EXPECT_EQ(failureOf(readIt),
            file + ":1: expected the heading 'timestamp,value', found 'time;value'");
  write("data/a.csv", "timestamp,value\n");
  EXPECT_EQ(failureOf(readIt), "'" + file + "' holds no values");
}

TEST_F(Folder, LabelsThatDoNotFitAreRefused) {
  write("data/a.csv", "timestamp,value\n2026-01-01 00:00:00,1\n");
  const std::string labels = (root_ / "labels" / "combined_windows.json").string();
  write("labels/combined_windows.json", "{\"a.csv\": [[\"2027-01-01 00:00:00\", "
                                        "\"2027-01-02 00:00:00\"]]}");
  EXPECT_EQ(failureOf([&] { (void)readDataSet(root_); }),
            labels + ": a window of 'a.csv' holds no row");
  write("labels/combined_windows.json", "{");
  EXPECT_TRUE(failureOf([&] { (void)readDataSet(root_); }).starts_with(labels + ": "));
}

TEST_F(Folder, EmptyAndMissingFoldersAreNamed) {
  EXPECT_EQ(failureOf([&] { (void)readDataSet(root_); }),
            "no .csv files under '" + (root_ / "data").string() + "'");
  EXPECT_EQ(failureOf([&] { (void)readDataSet(root_ / "none"); }),
            "'" + (root_ / "none").string() + "' is not a folder");
}

} // namespace
