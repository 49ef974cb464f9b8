// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Command line and backend of an example.
#include "Program.h"

#include "Failure.h"
#include "NumberOption.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <unistd.h>

namespace example {

namespace {

/// A file opened while standard output is closed would get its number, and the report.
void occupyStandardDescriptors() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO)
    descriptor = open("/dev/null", O_RDONLY);
  if (descriptor >= 0)
    close(descriptor);
}

int report(const CLI::App& app, int exitCode, const char* what) {
  fmt::print(stderr, "{}: error: {}\n", app.get_name(), what);
  return exitCode;
}

/// Standard output is buffered: whether all of it was taken is known only now.
void finishOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw Failure(fmt::format("cannot write to standard output: {}",
                              errno ? std::strerror(errno) : "an earlier write failed"));
}

} // namespace

int runProgram(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  occupyStandardDescriptors();
  try {
    try {
      app.parse(argc, argv);
      body();
    } catch (const CLI::Success& help) {
      app.exit(help);
    }
    finishOutput();
    return 0;
  } catch (const CLI::ParseError& error) {
    report(app, 2, error.what());
    fmt::print(stderr, "run with --help for what is taken\n");
    return 2;
  } catch (const Unavailable& unavailable) {
    return report(app, 2, unavailable.what());
  } catch (const std::bad_alloc&) {
    return report(app, 1, "there is not enough memory for that");
  } catch (const std::exception& error) {
    return report(app, 1, error.what());
  }
}

void addBackendOptions(CLI::App& app, BackendOptions& options) {
  app.add_option("--backend", options.name, "where the handlers run: cpu, cuda or webgpu")
      ->check(CLI::IsMember({"cpu", "cuda", "webgpu"}))
      ->capture_default_str();
  constexpr std::size_t kMostWorkers = 256;
  addWholeNumber(app, "--workers", options.workers, 0, kMostWorkers,
                 "threads of the cpu backend, 0 for one a core less one");
}

ring::Runtime startRuntime(const BackendOptions& backend, ring::RuntimeOptions options) {
  options.backend = ring::parseBackend(backend.name).value(); // addBackendOptions checked it
  options.workers = std::uint32_t(backend.workers);
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
