// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tells the registration printer what it cannot know: where files lie and which sources to carry.

#include "HostOutput.h"
#include "ringc/Target/Host/Host.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace ringc {

namespace path = llvm::sys::path;

using PathText = llvm::SmallString<256>;

/// Absolute and without symbolic links, as far as it exists: `..` in an #include is followed by the
/// operating system, which knows links.
static PathText realPath(llvm::StringRef given) {
  PathText real;
  if (!llvm::sys::fs::real_path(given.empty() ? "." : given, real))
    return real;
  PathText absolute = given;
  llvm::sys::fs::make_absolute(absolute);
  path::remove_dots(absolute, /*remove_dot_dot=*/true);
  real = realPath(path::parent_path(absolute));
  path::append(real, path::filename(absolute));
  return real;
}

std::string includeFrom(llvm::StringRef output, llvm::StringRef input) {
  const PathText folder = realPath(path::parent_path(output));
  const PathText file = realPath(input);
  auto f = path::begin(folder), fEnd = path::end(folder);
  auto i = path::begin(file), iEnd = path::end(file);
  unsigned shared = 0;
  for (; f != fEnd && i != iEnd && *f == *i; ++f, ++i)
    ++shared;
  if (shared < 2) // the root alone
    return std::string(file);
  PathText relative;
  for (; f != fEnd; ++f)
    path::append(relative, "..");
  for (; i != iEnd; ++i)
    path::append(relative, *i);
  return std::string(relative);
}

std::string hostText(const PlannedOutput& output, const DriverOptions& options,
                     const ir::Module& module, const llvm::StringSet<>& inHeaders,
                     const std::map<TargetKind, std::string>& sources) {
  auto sourceFor = [&](TargetKind target) {
    auto found = sources.find(target);
    return found == sources.end() ? std::string() : found->second;
  };
  host::Options host;
  host.headerName = module.name + ".ring.gen.h";
  host.inHeaders = inHeaders;
  host.cuda = sourceFor(TargetKind::Cuda);
  host.msl = sourceFor(TargetKind::Msl);
  host.wgsl = sourceFor(TargetKind::Wgsl);
  for (const std::string& input : options.inputs)
    host.sources.push_back(
        {includeFrom(output.path, input), !llvm::StringRef(input).ends_with(".cpp")});
  std::string text;
  llvm::raw_string_ostream os(text);
  if (output.isHostHeader)
    host::printHeader(module, host, os);
  else
    host::printSource(module, host, os);
  return text;
}

} // namespace ringc
