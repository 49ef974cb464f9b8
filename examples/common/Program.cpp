// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Command line and backend of an example.
#include "Program.h"

#include "Failure.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace example {

int runProgram(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  try {
    app.parse(argc, argv);
    body();
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2; // 0: --help
  } catch (const Unavailable& unavailable) {
    fmt::print(stderr, "{}: error: {}\n", app.get_name(), unavailable.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: error: {}\n", app.get_name(), error.what());
    return 1;
  }
}

void addBackendOptions(CLI::App& app, BackendOptions& options) {
  app.add_option("--backend", options.name, "where the handlers run: cpu, cuda or webgpu")
      ->check(CLI::IsMember({"cpu", "cuda", "webgpu"}))
      ->capture_default_str();
  app.add_option("--workers", options.workers, "threads of the cpu backend; 0: one a core less one")
      ->capture_default_str();
}

ring::Runtime startRuntime(const BackendOptions& backend, ring::RuntimeOptions options) {
  options.backend = ring::parseBackend(backend.name).value(); // addBackendOptions checked it
  options.workers = backend.workers;
  ring::Result<ring::Runtime> runtime = ring::Runtime::create(options);
  if (runtime)
    return *std::move(runtime);
  const ring::StatusCode code = runtime.status().code();
  if (code == ring::StatusCode::Unsupported || code == ring::StatusCode::NotFound)
    throw Unavailable(runtime.status().message());
  throw Failure(runtime.status().message());
}

void require(const ring::Status& status) {
  if (!status)
    throw Failure(status.message());
}

} // namespace example
