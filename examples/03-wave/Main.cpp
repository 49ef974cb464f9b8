// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 03-wave: sound from a source at the surface, through layers of rock and back.
#include "Picture.h"
#include "Simulation.h"

#include "common/Failure.h"
#include "common/OutputFile.h"
#include "common/Program.h"
#include "common/Progress.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

using namespace wave;

namespace {

struct Options {
  std::string modelFile;
  ModelShape shape;
  SetupOptions setup;
  double timeStepMs = 0;
  example::BackendOptions backend;
  std::size_t steps = 2400;
  std::size_t every = 400;
  std::string out = "wave";
};

void declare(CLI::App& app, Options& options) {
  app.add_option("MODEL", options.modelFile,
                 "wave speeds: 32-bit floats, little-endian, km/s, depth fastest; layers are made "
                 "up where none is given");
  app.add_option("--columns", options.shape.columns, "the model's grid points along the surface")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--depths", options.shape.depths, "the model's grid points downwards")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--spacing", options.shape.spacing, "metres between them")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  example::addBackendOptions(app, options.backend);
  app.add_option("--steps", options.steps, "time steps")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--dt", options.timeStepMs,
                 "milliseconds of a step; nine tenths of the stability limit where not given")
      ->check(CLI::PositiveNumber);
  app.add_option("--frequency", options.setup.peakFrequency, "peak of the source, Hz")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--source", options.setup.sourceColumn,
                 "where the source stands, 0 (left) to 1 (right)")
      ->capture_default_str();
  app.add_option("--source-depth", options.setup.sourceDepth, "its depth in grid points")
      ->capture_default_str();
  app.add_option("--every", options.every, "steps from picture to picture")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--out", options.out, "the folder for the pictures, made where it is missing")
      ->capture_default_str();
}

void makeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder))
    throw example::Failure(fmt::format("cannot make the folder '{}': {}", folder.string(),
                                       error ? error.message() : "a file is in the way"));
}

void printSetup(const Model& model, const Setup& setup) {
  fmt::print("{}: {} by {} grid points, {:.0f} to {:.0f} m/s\n", model.name, model.columns,
             model.depths, model.slowest(), model.fastest());
  // A Ricker wavelet has hardly anything above two and a half times its peak.
  fmt::print(
      "time step {:.4f} ms (limit {:.4f}), {} by {} cells with the boundary, {:.1f} cells in "
      "the shortest wavelength\n",
      setup.timeStep * 1e3, stabilityLimit(model) * 1e3, setup.columns, setup.depths,
      model.slowest() / (2.5 * setup.peakFrequency) / model.spacing);
}

void runExample(Options options) {
  options.setup.timeStep = options.timeStepMs / 1e3;
  const Model model =
      options.modelFile.empty() ? generateModel() : readModel(options.modelFile, options.shape);
  const Setup setup = makeSetup(model, options.setup);
  ring::Runtime runtime = example::startRuntime(options.backend);
  const std::filesystem::path folder = options.out;
  makeFolder(folder);
  printSetup(model, setup);

  Simulation simulation(runtime, setup);
  std::chrono::duration<double> inSteps{0};
  {
    example::Progress progress("stepping", options.steps, "steps");
    constexpr std::size_t kStepsBetweenUpdates = 50;
    while (simulation.steps() < options.steps) {
      const std::size_t toPicture = options.every - simulation.steps() % options.every;
      const auto start = std::chrono::steady_clock::now();
      simulation.run(
          std::min({toPicture, options.steps - simulation.steps(), kStepsBetweenUpdates}));
      inSteps += std::chrono::steady_clock::now() - start;
      progress.update(simulation.steps());
      if (simulation.steps() % options.every == 0)
        example::OutputFile(folder / fmt::format("wave-{:05}.png", simulation.steps()))
            .commit(drawPicture(model, setup, simulation.pressure(), simulation.seconds()));
    }
  }
  const double cells = double(setup.columns) * double(setup.depths) * double(options.steps);
  fmt::print("{}: {} steps ({:.3f} s of waves) in {:.3f} s, {:.1f} million cells a second\n",
             runtime.backendName(), options.steps, simulation.seconds(), inSteps.count(),
             cells / inSteps.count() / 1e6);
  fmt::print("wrote {} pictures to {}\n", options.steps / options.every, folder.string());
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Propagates a sound wave through a model of the ground.", "03-wave");
  declare(app, options);
  return example::runProgram(app, argc, argv, [&] { runExample(options); });
}
