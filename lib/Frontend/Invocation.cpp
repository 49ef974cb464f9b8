// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Invocation.h. clang's driver runs in this process only to find the user's C++ library;
// clang's own headers and <ringkernel/...> are the embedded ones, the latter behind all of the
// user's -I.

#include "Invocation.h"
#include "ringc/Support/Embedded.h"
#include "clang/Driver/Options.h"
#include "clang/Frontend/Utils.h"
#include "clang/Lex/HeaderSearchOptions.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/MemoryBuffer.h"

namespace ringc {

static std::string clangResourceDir() { return (embeddedRoot + "/lib/clang/19").str(); }
static std::string ringkernelDir() { return (embeddedRoot + "/include").str(); }

static void addFiles(llvm::vfs::InMemoryFileSystem& files, llvm::StringRef folder,
                     llvm::ArrayRef<EmbeddedFile> embedded) {
  for (const EmbeddedFile& file : embedded)
    files.addFile(folder + "/" + file.path, 0,
                  llvm::MemoryBuffer::getMemBuffer(file.contents, file.path));
}

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> makeFileSystem(llvm::StringRef workingDirectory) {
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> real = llvm::vfs::createPhysicalFileSystem();
  auto embedded = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  addFiles(*embedded, clangResourceDir() + "/include", clangHeaders());
  addFiles(*embedded, ringkernelDir(), ringkernelHeaders());
  auto overlay = llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(real);
  overlay->pushOverlay(embedded);
  if (!workingDirectory.empty())
    overlay->setCurrentWorkingDirectory(workingDirectory);
  return overlay;
}

static bool isDropped(const llvm::opt::Arg& arg) {
  namespace options = clang::driver::options;
  const llvm::opt::Option& option = arg.getOption();
  if (option.getKind() == llvm::opt::Option::InputClass ||
      option.getKind() == llvm::opt::Option::UnknownClass)
    return true;
  if (option.matches(options::OPT_M_Group) || option.matches(options::OPT_Action_Group))
    return true;
  for (unsigned id : {options::OPT_o, options::OPT_x, options::OPT_c, options::OPT_verify,
                      options::OPT_verify_EQ, options::OPT_include_pch, options::OPT__DASH_DASH})
    if (option.matches(id))
      return true;
  return option.matches(options::OPT_MD) || option.matches(options::OPT_MMD) ||
         option.matches(options::OPT_MF) || option.matches(options::OPT_MT) ||
         option.matches(options::OPT_MQ) || option.matches(options::OPT_MP) ||
         option.matches(options::OPT_save_temps_EQ) || option.matches(options::OPT_save_temps);
}

std::vector<std::string> filterFlags(llvm::ArrayRef<std::string> flags) {
  std::vector<const char*> raw;
  for (const std::string& flag : flags)
    raw.push_back(flag.c_str());
  unsigned missingIndex = 0;
  unsigned missingCount = 0;
  const llvm::opt::InputArgList parsed = clang::driver::getDriverOptTable().ParseArgs(
      raw, missingIndex, missingCount, llvm::opt::Visibility(clang::driver::options::ClangOption));
  llvm::opt::ArgStringList kept;
  for (const llvm::opt::Arg* arg : parsed)
    if (!isDropped(*arg))
      arg->render(parsed, kept);
  std::vector<std::string> result(kept.begin(), kept.end());
  if (missingCount != 0) // clang's driver says what is missing
    result.push_back(flags[missingIndex]);
  return result;
}

/// The folders of clang's own headers that its driver found are replaced by the embedded ones, at
/// their place between the C++ library and the C library.
static void useEmbeddedHeaders(clang::HeaderSearchOptions& search) {
  search.ResourceDir = clangResourceDir();
  const std::string include = clangResourceDir() + "/include";
  std::vector<clang::HeaderSearchOptions::Entry> entries;
  bool isThere = false;
  for (const clang::HeaderSearchOptions::Entry& entry : search.UserEntries) {
    const llvm::StringRef path = llvm::StringRef(entry.Path).rtrim('/');
    const bool isClangs = path.contains("/clang/") && path.ends_with("/include");
    if (!isClangs) {
      entries.push_back(entry);
    } else if (!isThere) {
      isThere = true;
      entries.push_back(entry);
      entries.back().Path = include;
    }
  }
  search.UserEntries = std::move(entries);
  if (!isThere)
    search.AddPath(include, clang::frontend::System, false, false);
  search.AddPath(ringkernelDir(), clang::frontend::After, false, false);
}

std::unique_ptr<clang::CompilerInvocation>
makeInvocation(const FrontendOptions& options,
               llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> fileSystem,
               llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine> diagnostics) {
  std::vector<std::string> args = {"/usr/bin/clang++", "-x", "c++", "-std=c++20", "-D__RINGC__=1",
                                   "-Qunused-arguments", "-Wno-unknown-warning-option",
                                   // a .ring.h is a header and the main file
                                   "-Wno-pragma-once-outside-header",
                                   "-resource-dir=" + clangResourceDir()};
  for (std::string& flag : filterFlags(options.clangArgs))
    args.push_back(std::move(flag));
  // Whatever the user silences: a misspelt ring:: attribute must be seen (Attributes.h).
  args.push_back("-Wunknown-attributes");
  args.push_back("--");
  args.push_back(options.file);
  std::vector<const char*> raw;
  for (const std::string& arg : args)
    raw.push_back(arg.c_str());

  clang::CreateInvocationOptions create;
  create.Diags = diagnostics;
  create.VFS = fileSystem;
  std::unique_ptr<clang::CompilerInvocation> invocation = clang::createInvocation(raw, create);
  if (!invocation || diagnostics->hasErrorOccurred())
    return nullptr;
  useEmbeddedHeaders(invocation->getHeaderSearchOpts());
  clang::DiagnosticOptions& shown = invocation->getDiagnosticOpts();
  shown.ShowColors = options.color;
  shown.VerifyDiagnostics = options.verify;
  if (options.verify) {
    shown.VerifyPrefixes = {"expected"};
    shown.ErrorLimit = 0;
  }
  clang::FrontendOptions& frontend = invocation->getFrontendOpts();
  frontend.DisableFree = false;
  frontend.SkipFunctionBodies = true; // those that Session::skipsBody() names
  invocation->getLangOpts().CommentOpts.ParseAllComments = false;
  return invocation;
}

} // namespace ringc
