// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Questions about a place that its own nodes answer; no type is checked here.

#include "ringc/IR/Place.h"
#include "ringc/Support/Check.h"

namespace ringc::ir {

Local* rootOf(const Place& place) {
  const Place* current = &place;
  for (;;) {
    switch (current->kind()) {
    case PlaceKind::Local:
      return llvm::cast<LocalPlace>(current)->local;
    case PlaceKind::Field:
      current = llvm::cast<FieldPlace>(current)->base;
      break;
    case PlaceKind::Index:
      current = llvm::cast<IndexPlace>(current)->base;
      break;
    case PlaceKind::SpanElement:
      return llvm::cast<SpanElementPlace>(current)->span;
    case PlaceKind::Cell:
      return llvm::cast<CellPlace>(current)->cell;
    }
  }
}

} // namespace ringc::ir
