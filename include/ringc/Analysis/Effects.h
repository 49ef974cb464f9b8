// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a handler does besides computing: to its actor's state, to other actors, to its own life.
// Calls are followed. All numbers are upper bounds, all flags are "may".
#ifndef RINGC_ANALYSIS_EFFECTS_H
#define RINGC_ANALYSIS_EFFECTS_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"
#include <optional>

namespace ringc::analysis {

struct Access {
  bool isRead = false;
  bool isWritten = false;
};

struct HandlerEffects {
  bool readsState = false;
  bool writesState = false;
  /// By field of the state struct; an element or a part of a field counts as the field.
  std::vector<Access> fields;
  /// Sends and replies of one message handled; null where a loop around one has no constant bound.
  /// trySend is not counted.
  std::optional<uint64_t> maxSends = 0;
  bool usesTrySend = false;
  bool mayFail = false;
  bool mayStop = false;

  /// Messages of such handlers may be handled at once: none of them can tell. (What fails or stops
  /// would keep others from running.)
  bool isReadOnly() const { return !writesState && !mayFail && !mayStop; }
};

/// `handler` is a function of kind Handler.
HandlerEffects handlerEffects(const ir::Function& handler);

/// Reports every handler whose number of sends has no constant bound, at the loop; true where there
/// is none.
bool checkSends(const ir::Module& module, DiagnosticEngine& diagnostics);

/// True where the threads of a block meet in `function` or in what it calls.
bool usesBarrier(const ir::Function& function);

/// Bytes of shared variables that one block needs for `function` and what it calls, each variable
/// aligned as its type says, in the order of the functions.
uint64_t sharedBytes(const ir::Function& function);

/// Effects of all handlers, footprints of all stencils and needs of all kernels, as JSON with
/// two-space indentation and a final newline.
std::string effectsText(const ir::Module& module);

} // namespace ringc::analysis

#endif
