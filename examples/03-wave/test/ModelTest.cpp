// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading models and setting up: units, sizes, the stability limit, and what is refused.
#include "03-wave/Setup.h"

#include "common/Failure.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include <unistd.h>

using namespace wave;
namespace fs = std::filesystem;

namespace {

std::string failureOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const example::Failure& failure) {
    return failure.what();
  }
  return "no failure";
}

class ModelFile : public testing::Test {
protected:
  void TearDown() override { fs::remove(path_); }
  void write(const std::vector<float>& speeds) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(speeds.data()),
               std::streamsize(speeds.size() * sizeof(float)));
  }
  fs::path path_ = fs::path(testing::TempDir()) / ("wave-model-" + std::to_string(getpid()));
  ModelShape shape_{3, 2, 10};
};

TEST_F(ModelFile, DepthIsFastestAndSpeedsAreMetresASecond) {
  write({1.5f, 1.75f, 2, 2.25f, 2.5f, 4});
  const Model model = readModel(path_, shape_);
  EXPECT_EQ(model.at(0, 1), 1750.0f);
  EXPECT_EQ(model.at(2, 0), 2500.0f);
  EXPECT_EQ(model.slowest(), 1500);
  EXPECT_EQ(model.fastest(), 4000);
}

TEST_F(ModelFile, WrongSizesAndSpeedsAreRefused) {
  write({1.5f, 1.75f, 2});
  EXPECT_EQ(failureOf([&] { (void)readModel(path_, shape_); }),
            "'" + path_.string() +
                "' has 12 bytes; 3 columns of 2 depths are 24; see --columns and --depths");
  write({1.5f, 1.75f, 2, 2.25f, 1500, 4});
  EXPECT_EQ(failureOf([&] { (void)readModel(path_, shape_); }),
            "'" + path_.string() +
                "' holds the speed 1500 km/s at column 2, depth 0; 0.1 to 20 are taken");
  fs::remove(path_);
  EXPECT_EQ(failureOf([&] { (void)readModel(path_, shape_); }),
            "cannot read '" + path_.string() + "': No such file or directory");
  EXPECT_EQ(failureOf([&] { (void)readModel(testing::TempDir(), shape_); }),
            "cannot read '" + testing::TempDir() + "': it is a folder; name a file");
}

TEST(Setup, TheTimeStepStaysBelowTheStabilityLimit) {
  const Model model = generateModel();
  const double limit = stabilityLimit(model);
  EXPECT_NEAR(limit, 0.5547 * model.spacing / model.fastest(), 1e-6);
  EXPECT_LT(makeSetup(model, {}).timeStep, limit);
  SetupOptions options;
  options.timeStep = limit * 1.01;
  EXPECT_TRUE(failureOf([&] {
                (void)makeSetup(model, options);
              }).ends_with("ms is above the stability limit of 0.9244 ms"));
}

TEST(Setup, DampingIsInTheBoundaryOnly) {
  const Model model = generateModel();
  const wave::Setup setup = makeSetup(model, {});
  const auto keep = [&](std::size_t column, std::size_t depth) {
    return setup.keep[setup.index(column, depth)];
  };
  const std::size_t border = setup.border;
  EXPECT_EQ(keep(border, border), 1.0f);
  EXPECT_EQ(keep(border + model.columns - 1, border + model.depths - 1), 1.0f);
  EXPECT_LT(keep(border - 1, border), 1.0f);
  EXPECT_LT(keep(border, border + model.depths), 1.0f);
  EXPECT_LT(keep(0, border), keep(border / 2, border));
}

TEST(Setup, ASourceOutsideIsRefused) {
  const Model model = generateModel();
  SetupOptions options;
  options.sourceDepth = 301;
  EXPECT_EQ(failureOf([&] { (void)makeSetup(model, options); }),
            "the source is 301 grid points deep; the model has 301");
  options.sourceDepth = 0;
  options.sourceColumn = 1.5;
  EXPECT_EQ(failureOf([&] { (void)makeSetup(model, options); }),
            "the source stands at 1.5 of the model's width; 0 to 1 are taken");
}

TEST(Model, MarmousiReads) {
  const fs::path path = fs::path(RINGKERNEL_TEST_DATA) / "vp_marmousi_bi";
  if (!fs::exists(path))
    GTEST_SKIP() << "SKIPPED: no Marmousi model at '" << path.string()
                 << "'; -DRINGKERNEL_DATA_DIR names the folder above marmousi/";
  const Model model = readModel(path, {});
  EXPECT_NEAR(model.slowest(), 1028, 1);
  EXPECT_NEAR(model.fastest(), 4700, 1);
}

} // namespace
