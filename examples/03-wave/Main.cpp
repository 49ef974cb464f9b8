// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 03-wave: sound from a source at the surface, through layers of rock and back.
#include "Picture.h"
#include "Simulation.h"

#include "common/Failure.h"
#include "common/NumberOption.h"
#include "common/OutputFile.h"
#include "common/Program.h"
#include "common/Progress.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

using namespace wave;

namespace {

struct Options {
  std::string modelFile;
  ModelShape shape;
  SetupOptions setup;
  double timeStepMs = std::numeric_limits<double>::quiet_NaN(); ///< by the stability limit
  example::BackendOptions backend;
  std::size_t steps = 2400;
  std::size_t every = 400;
  std::string out = "wave";
};

void declare(CLI::App& app, Options& options) {
  CLI::Option* model = app.add_option("MODEL", options.modelFile,
                                      "wave speeds: 32-bit floats, little-endian, km/s, depth "
                                      "fastest; layers are made up where none is given");
  constexpr std::size_t kMostPoints = 1 << 20, kMostSteps = 1'000'000'000;
  for (CLI::Option* shape :
       {example::addWholeNumber(app, "--columns", options.shape.columns, 1, kMostPoints,
                                "the model's grid points along the surface"),
        example::addWholeNumber(app, "--depths", options.shape.depths, 1, kMostPoints,
                                "the model's grid points downwards"),
        example::addDecimalNumber(app, "--spacing", options.shape.spacing, 0.001, 1e6,
                                  "metres between them")})
    shape->needs(model); // the made-up layers have a shape of their own
  example::addBackendOptions(app, options.backend);
  example::addWholeNumber(app, "--steps", options.steps, 1, kMostSteps, "time steps");
  example::addDecimalNumber(app, "--dt", options.timeStepMs, 1e-6, 1000,
                            "milliseconds of a step, nine tenths of the stability limit where not "
                            "given");
  example::addDecimalNumber(app, "--frequency", options.setup.peakFrequency, 0.001, 1e6,
                            "peak of the source, Hz");
  example::addDecimalNumber(app, "--source", options.setup.sourceColumn, 0, 1,
                            "where the source stands, left to right");
  example::addWholeNumber(app, "--source-depth", options.setup.sourceDepth, 0, kMostPoints,
                          "its depth in grid points");
  example::addWholeNumber(app, "--every", options.every, 1, kMostSteps,
                          "steps from picture to picture");
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
  if (!std::isnan(options.timeStepMs))
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
      if (simulation.steps() % options.every == 0) {
        example::OutputFile file(folder / fmt::format("wave-{:05}.png", simulation.steps()));
        file.write(drawPicture(model, setup, simulation.pressure(), simulation.seconds()));
        file.commit();
      }
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
