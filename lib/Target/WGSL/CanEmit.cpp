// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What WGSL refuses. The numbers are WebGPU's default limits, which every device has.

#include "../Common/Checks.h"
#include "../Common/Usage.h"
#include "ringc/Analysis/Uniformity.h"
#include "ringc/Target/Common/LaunchLayout.h"
#include "ringc/Target/WGSL/WGSL.h"
#include <map>

namespace ringc::wgsl {

using namespace ir;

namespace {

constexpr uint32_t kStorageBuffers = 8;
constexpr uint32_t kInvocations = 256;
constexpr uint64_t kWorkgroupBytes = 16 * 1024;

void checkBuffers(const Module& module, DiagnosticEngine& diagnostics) {
  for (const Function* function : module.functions) {
    if (function->kind != FunctionKind::Kernel)
      continue;
    const uint32_t spans = target::launchLayout(*function).parameterSlot;
    if (spans >= kStorageBuffers)
      diagnostics.report(DiagId::TargetBuffers, target::placeOf(module, function->loc),
                         function->name, spans, "wgsl", kStorageBuffers - 1);
  }
}

/// WGSL's compilers prove by themselves that all threads come to a barrier.
void checkBarriers(const Module& module, DiagnosticEngine& diagnostics) {
  for (const Function* function : module.functions) {
    if (function->kind != FunctionKind::Kernel)
      continue;
    for (const analysis::BarrierControl& control : analysis::barrierControls(*function))
      diagnostics.report(DiagId::TargetBarrier, target::placeOf(module, control.barrier->loc()),
                         "wgsl");
  }
}

bool isIntegers(const Type* type) {
  while (const auto* array = llvm::dyn_cast<ArrayType>(type))
    type = array->element();
  return llvm::isa<IntType>(type);
}

/// One signedness for the minimum and maximum of a buffer; block variables atomic as a whole. On
/// the legalised module, where every place has its true root.
void checkAtomics(const Module& legalised, DiagnosticEngine& diagnostics) {
  std::map<const Local*, bool> signs;
  target::walkModule(legalised, [&](const Stmt& stmt) {
    const auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt);
    if (!atomic)
      return;
    const Local* root = rootOf(*atomic->place);
    const SourcePlace at = target::placeOf(legalised, stmt.loc());
    if (root->kind == LocalKind::Shared) {
      if (!isIntegers(root->type))
        diagnostics.report(DiagId::TargetAtomicPlace, at, "wgsl", root->name);
      return;
    }
    if (atomic->op != AtomicOp::Min && atomic->op != AtomicOp::Max)
      return;
    const bool isSigned = llvm::cast<IntType>(atomic->place->type())->isSigned();
    const auto [known, isNew] = signs.try_emplace(root, isSigned);
    if (!isNew && known->second != isSigned)
      diagnostics.report(DiagId::TargetAtomicSigns, at, root->name, "wgsl");
  });
}

} // namespace

bool canEmit(const Module& module, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  target::requireAbi(module);
  target::checkNoDouble(module, "wgsl", diagnostics);
  target::checkRelaxed(module, "wgsl", diagnostics);
  target::checkBlockSize(module, "wgsl", kInvocations, diagnostics);
  checkBuffers(module, diagnostics);
  checkBarriers(module, diagnostics);
  return diagnostics.errorCount() == before;
}

bool canPrint(const Module& legalised, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  target::checkShared(legalised, "wgsl", kWorkgroupBytes, diagnostics);
  checkAtomics(legalised, diagnostics);
  return diagnostics.errorCount() == before;
}

} // namespace ringc::wgsl
