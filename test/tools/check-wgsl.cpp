// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// check-wgsl [--time] FILE.wgsl...: compiles every file with Tint and makes a pipeline of every
// compute entry point on the device that Dawn finds. Errors read as clang's do. Exit 0: all fine,
// 1: refused, 2: misuse or no device.
//
// Runs the runtime's own WebGPU backend, so that what passes here is what a program would load.

#include "runtime/backend/webgpu/Device.h"
#include "runtime/backend/webgpu/WgslInterface.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

using ring::ComputeDevice;
using ring::runtime::webgpu::EntryPoint;

namespace {

/// Puts the file's name before lines that begin with `LINE:COLUMN:`; gives other messages the
/// file's name alone.
void printErrors(const std::string& file, const std::string& entryPoint, std::string message) {
  const auto placed = [](const std::string& line) {
    const std::size_t end = line.find_first_not_of("0123456789:");
    return end != std::string::npos && end > 2 && line[end - 1] == ':';
  };
  if (!placed(message))
    message = " error: " + (entryPoint.empty() ? "" : "in `" + entryPoint + "`: ") + message;
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = std::min(message.find('\n', at), message.size());
    const std::string line = message.substr(at, end - at);
    std::cerr << (at == 0 || placed(line) ? file + ":" : "") << line << "\n";
    at = end + 1;
  }
}

bool checkEntryPoint(ComputeDevice& device, const std::string& file, const std::string& source,
                     const EntryPoint& entry, bool time) {
  const auto start = std::chrono::steady_clock::now();
  const auto pipeline = device.createPipeline(source, entry.name,
                                              entry.workgroupSize.value_or(std::array{1u, 1u, 1u}));
  if (!pipeline) {
    printErrors(file, entry.name, pipeline.status().message());
    return false;
  }
  if (time)
    std::printf("%s: %s: %.1f ms\n", file.c_str(), entry.name.c_str(),
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                    .count());
  return true;
}

bool checkFile(ComputeDevice& device, const std::string& file, bool time) {
  std::ifstream stream(file, std::ios::binary);
  const std::string source{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) {
    std::cerr << file << ": error: cannot read the file\n";
    return false;
  }
  const std::vector<EntryPoint> entries = ring::runtime::webgpu::computeEntryPoints(source);
  if (entries.empty()) {
    // Tint's own errors come first, where the text is not WGSL at all.
    printErrors(file, "", device.createPipeline(source, "main", {1, 1, 1}).status().message());
    return false;
  }
  bool fine = true;
  for (const EntryPoint& entry : entries)
    fine = checkEntryPoint(device, file, source, entry, time) && fine;
  return fine;
}

} // namespace

int main(int argc, char** argv) {
  bool time = false;
  std::vector<std::string> files;
  for (const std::string& argument : std::vector<std::string>(argv + 1, argv + argc)) {
    if (argument == "--time")
      time = true;
    else
      files.push_back(argument);
  }
  if (files.empty() || files[0].starts_with("-")) {
    std::cerr << "usage: check-wgsl [--time] FILE.wgsl...\n";
    return 2;
  }
  const auto device = ring::runtime::webgpu::openDevice();
  if (!device) {
    std::cerr << "check-wgsl: error: " << device.status().message() << "\n";
    return 2;
  }
  bool fine = true;
  for (const std::string& file : files)
    fine = checkFile(**device, file, time) && fine;
  return fine ? 0 : 1;
}
