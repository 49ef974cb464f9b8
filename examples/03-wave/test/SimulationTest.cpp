// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stencils against plain loops, and against physics: waves leave through the boundary, and
// travel at the model's speed.
#include "03-wave/Simulation.h"
#include "PlainWave.h"

#include "common/Program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

using namespace wave;

namespace {

Model uniformModel(std::size_t columns, std::size_t depths, float speed) {
  return {"uniform", columns, depths, 10, std::vector<float>(columns * depths, speed)};
}

std::vector<float> run(const wave::Setup& setup, std::size_t steps,
                       const example::BackendOptions& backend = {}) {
  ring::Runtime runtime = example::startRuntime(backend);
  Simulation simulation(runtime, setup);
  simulation.run(steps);
  return simulation.pressure();
}

double energy(const std::vector<float>& pressure) {
  double sum = 0;
  for (float p : pressure)
    sum += double(p) * double(p);
  return sum;
}

double largest(const std::vector<float>& values) {
  double found = 0;
  for (float value : values)
    found = std::max(found, std::abs(double(value)));
  return found;
}

TEST(Simulation, EqualsPlainLoopsToTheBit) {
  const wave::Setup setup = makeSetup(generateModel(), {});
  const std::vector<float> pressure = run(setup, 300);
  EXPECT_GT(largest(pressure), 1e-4);
  EXPECT_EQ(pressure, plainWave(setup, 300));
}

TEST(Simulation, RunsInPiecesAsInOne) {
  const wave::Setup setup = makeSetup(uniformModel(80, 60, 2000), {});
  ring::Runtime runtime = example::startRuntime({});
  Simulation simulation(runtime, setup);
  for (std::size_t steps : {1, 2, 70, 27})
    simulation.run(steps);
  EXPECT_EQ(simulation.steps(), 100u);
  EXPECT_EQ(simulation.pressure(), run(setup, 100));
}

TEST(Simulation, EnergyLeavesThroughTheBoundary) {
  const Model model = uniformModel(120, 90, 2000);
  SetupOptions options;
  options.sourceDepth = 45;
  const wave::Setup absorbing = makeSetup(model, options);
  wave::Setup mirror = absorbing;
  mirror.keep.assign(mirror.keep.size(), 1.0f);
  const std::size_t whileInside = 150, afterwards = 1200;
  const double before = energy(run(absorbing, whileInside));
  EXPECT_LE(energy(run(absorbing, afterwards)), 1e-5 * before);
  EXPECT_GE(energy(run(mirror, afterwards)), 0.1 * before); // without damping it stays
}

TEST(Simulation, AWaveTravelsAtTheModelsSpeed) {
  const float speed = 2500;
  const Model model = uniformModel(301, 301, speed);
  SetupOptions options;
  options.sourceDepth = 150;
  const wave::Setup setup = makeSetup(model, options);
  // The wavelet's peak leaves 1.2 / f after the start; 1000 m later it is 100 cells away.
  const double delay = 1.2 / options.peakFrequency, travel = 1000 / double(speed);
  const std::vector<float> pressure =
      run(setup, std::size_t(std::llround((delay + travel) / setup.timeStep)));
  std::size_t front = 0;
  float most = 0;
  for (std::size_t distance = 50; distance < 150; ++distance)
    if (const float p =
            std::abs(pressure[setup.index(setup.sourceColumn + distance, setup.sourceDepth)]);
        p > most) {
      most = p;
      front = distance;
    }
  EXPECT_NEAR(double(front), 100, 6); // in two dimensions the peak lags a little
}

TEST(Simulation, WebGpuIsNearTheHost) {
  if (std::string(RINGKERNEL_TEST_WEBGPU).empty())
    GTEST_SKIP() << "SKIPPED: no WebGPU library: ./bootstrap test --with=webgpu";
  setenv("RINGKERNEL_WEBGPU_LIBRARY", RINGKERNEL_TEST_WEBGPU, 1);
  setenv("VK_ICD_FILENAMES", RINGKERNEL_TEST_VK_ICD, 1);
  const wave::Setup setup = makeSetup(uniformModel(80, 60, 2000), {});
  const std::vector<float> host = run(setup, 100), device = run(setup, 100, {"webgpu", 0});
  const double scale = largest(host);
  ASSERT_EQ(device.size(), host.size());
  // WGSL may contract a * b + c, whose error of an ulp a step grows with the steps.
  for (std::size_t i = 0; i < host.size(); ++i)
    ASSERT_NEAR(device[i], host[i], 1e-5 * scale) << i;
}

} // namespace
