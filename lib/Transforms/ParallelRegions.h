// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of lowerParallel in one handler.
#ifndef RINGC_LIB_TRANSFORMS_PARALLELREGIONS_H
#define RINGC_LIB_TRANSFORMS_PARALLELREGIONS_H

#include "Build.h"
#include "GroupAnalysis.h"
#include "ringc/IR/Cloner.h"
#include <map>

namespace ringc::transforms {

/// A FailStmt stands in `stmt` or below.
bool mayFail(const ir::Stmt& stmt);
/// What fails in `body` goes on at its end.
void endAtFail(ir::Module& module, ir::Block& body);

class GroupLowering {
public:
  GroupLowering(ir::Module& module, ir::Function& handler, uint32_t lanes);
  void run();

private:
  /// A block under construction: what is done, and the leader's statements that wait for the next
  /// point where lanes meet.
  struct Code {
    std::vector<ir::Stmt*> out;
    std::vector<ir::Stmt*> leader;
  };
  /// A value that all lanes have; `met`: the lanes have just met at a barrier.
  struct UniformValue {
    ir::Expr* expr;
    bool met;
  };

  void lowerBlock(ir::Block& block, bool isWhole = false);
  void lowerInto(ir::Block& block, Code& code, bool isWhole = false);
  bool isLeadersOwn(const ir::Stmt& stmt) const;
  size_t leadersStretch(llvm::ArrayRef<ir::Stmt*> stmts, bool endsHandler) const;
  void lowerStretch(llvm::ArrayRef<ir::Stmt*> stmts, Code& code, bool isEnd);
  void addSequential(ir::Stmt* stmt, Code& code);
  ir::Block* leadersBlock(const Build& at, const std::vector<ir::Stmt*>& stmts, Code& code);
  void flush(const Build& at, Code& code);
  void storeDeclared(ir::Stmt& stmt, ir::Local* local, std::vector<ir::Stmt*>& out);
  ir::Expr* isLeader(const Build& at) const;
  ir::Local* sharedLocal(const Build& at, std::string name, const ir::Type* type);
  UniformValue uniformValue(const Build& at, ir::Expr* expr, Code& code);
  void lowerUniform(ir::Stmt& stmt, Code& code);
  void lowerLoop(ir::LoopStmt& loop, Code& code);

  // ParallelRegions.cpp
  /// The count of a region as a value that may be used often; the lanes have met behind it.
  ir::Expr* beginRegion(const Build& at, ir::Expr* count, Code& code);
  ir::Stmt* laneLoop(const Build& at, ir::Local* index, ir::Expr* count, ir::Block* body,
                     uint32_t stride);
  void lowerParallelFor(ir::ParallelForStmt& parallel, Code& code);
  void lowerReduce(ir::ReduceStmt& reduce, Code& code);
  ir::Block* foldBody(const Build& at, ir::ReduceStmt& reduce, ir::Local* lane);
  ir::Stmt* treeLoop(const Build& at, const ir::ReduceStmt& reduce, ir::Local* lanes,
                     ir::Expr* count);

  // ScanRows.cpp
  struct ScanTurn;
  void lowerScan(ir::ReduceStmt& scan, Code& code);
  void endScanPart(const Build& at, const ScanTurn& turn, ir::Block* part, Code& code);
  void scanTree(const Build& at, const ir::ReduceStmt& scan, const ScanTurn& turn, Code& code);
  void scanCarries(const Build& at, ir::ReduceStmt& scan, const ScanTurn& turn, Code& code);
  ir::Block* scanEach(const Build& at, ir::ReduceStmt& scan, const ScanTurn& turn);

  // RegionFailures.cpp
  ir::Stmt* atomicOnLowest(const Build& at, ir::AtomicOp op, ir::Expr* operand,
                           ir::Local* result = nullptr);
  void watchFailures(const Build& at, Code& code);
  ir::Expr* hasFailed(const Build& at) const;
  void stopAtFailure(const Build& at, ir::Block& body, ir::Local* index, ir::Local* stopped);
  ir::Local* stoppedIndex(const Build& at, const ir::Type* type, Code& code);
  ir::Expr* lowestOfAll(const Build& at, Code& code);
  void settleFailures(const Build& at, uint32_t stride, ir::Local* stopped, Code& code);
  void addFailing(const Build& at, ir::Block* stmts, Code& code);

  ir::Module& module_;
  ir::Function& handler_;
  uint32_t lanes_;
  GroupAnalysis analysis_;
  std::map<const ir::Type*, ir::Local*> slots_;    ///< shared, for uniformValue
  std::map<const ir::Type*, ir::Local*> partials_; ///< shared, for reduce
  std::map<const ir::Type*, ir::Local*> rows_;     ///< shared, for scans: a value of each lane
  std::map<const ir::Type*, ir::Local*> carries_;  ///< shared, for scans: what each row begins with
  ir::Local* lowestFailed_ = nullptr;              ///< shared: the lowest index that failed
  ir::Local* failCode_ = nullptr;                  ///< shared: the code that it gave
};

} // namespace ringc::transforms

#endif
