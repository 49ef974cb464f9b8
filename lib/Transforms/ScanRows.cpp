// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scans, sequentially and over the lanes of a group. The order is that of ring::Context::scan, to
// the bit: rows of 32 elements; in a row lane v takes lane v - 1, 2, 4, 8, 16 in turn as its left
// operand; the carry of the rows before is the left operand of the last op. A block does eight rows
// at once, of which the leader alone carries from one to the next.

#include "ScanRows.h"
#include "ParallelRegions.h"
#include "ReduceTree.h"

namespace ringc::transforms {

using namespace ir;

namespace {

constexpr uint32_t kRow = kVirtualLanes;

Expr* smaller(const Build& at, Expr* left, Expr* right) {
  return at.module.make<BuiltinExpr>(Builtin::Min, left->type(), std::vector<Expr*>{left, right},
                                     at.loc);
}

/// for (local = first; local < limit; local = local op by) body
Stmt* countingLoop(const Build& at, Local* local, uint64_t first, Expr* limit, BinaryOp op,
                   uint64_t by, Block* body) {
  const auto constant = [&](uint64_t value) { return at.constant(local->type, value); };
  Block* step = at.block({at.store(local, at.binary(op, at.load(local), constant(by)))});
  return at.module.make<LoopStmt>(at.block({at.declare(local, constant(first))}),
                                  at.compare(BinaryOp::Less, at.load(local), limit), false, step,
                                  body, at.loc);
}

/// A scan in one lane, by rows.
class SerialScan {
public:
  SerialScan(Module& module, ReduceStmt& scan)
      : at_(module, scan.loc()), scan_(scan), type_(scan.result->type),
        base_(at_.variable("ring_base", scan.index->type)),
        used_(at_.variable("ring_used", module.types.u32())),
        row_(at_.variable("ring_row", module.types.arrayType(type_, kRow))) {}

  void run(std::vector<Stmt*>& out) {
    scan_.result->isConst = false;
    used_->isConst = true;
    out.push_back(at_.declare(scan_.result, scan_.init));
    Local* count = at_.variable("ring_count", base_->type);
    count->isConst = true;
    Expr* left = at_.binary(BinaryOp::Sub, at_.load(count), at_.load(base_));
    Expr* used = smaller(at_, left, at_.constant(base_->type, kRow));
    Block* turn = at_.block(
        {at_.declare(used_, at_.convert(at_.module.types.u32(), used)), fold(), tree(), each()});
    Expr* last = at_.binary(BinaryOp::Sub, at_.load(used_), at_.u32(1));
    appendCombine(at_, scan_, at_.place(scan_.result), at_.load(scan_.result),
                  at_.load(at_.element(row_, last)), turn->stmts);
    out.push_back(
        at_.block({at_.declare(count, scan_.count), at_.declare(row_, nullptr),
                   countingLoop(at_, base_, 0, at_.load(count), BinaryOp::Add, kRow, turn)}));
  }

private:
  Stmt* rowLoop(Local* lane, Block* body) {
    return countingLoop(at_, lane, 0, at_.load(used_), BinaryOp::Add, 1, body);
  }
  Local* laneLocal() { return at_.variable("ring_lane", at_.module.types.u32()); }
  Expr* indexOf(Local* lane) {
    return at_.binary(BinaryOp::Add, at_.load(base_), at_.convert(base_->type, at_.load(lane)));
  }

  Stmt* fold() {
    Local* lane = laneLocal();
    Block* body = scan_.body;
    body->stmts.insert(body->stmts.begin(), at_.declare(scan_.index, indexOf(lane)));
    body->stmts.push_back(at_.store(at_.element(row_, at_.load(lane)), scan_.value));
    return rowLoop(lane, body);
  }

  /// From the row's end down, so that each lane's left operand is still that of the step before.
  Stmt* tree() {
    Local* step = at_.variable("ring_step", at_.module.types.u32());
    Local* lane = laneLocal();
    const auto right = [&] {
      return at_.element(row_, at_.binary(BinaryOp::Sub, at_.load(lane), at_.u32(1)));
    };
    Expr* left = at_.binary(BinaryOp::Sub, at_.binary(BinaryOp::Sub, at_.load(lane), at_.u32(1)),
                            at_.load(step));
    Block* body = at_.block();
    appendCombine(at_, scan_, right(), at_.load(at_.element(row_, left)), at_.load(right()),
                  body->stmts);
    Block* down =
        at_.block({at_.store(lane, at_.binary(BinaryOp::Sub, at_.load(lane), at_.u32(1)))});
    Stmt* inner = at_.module.make<LoopStmt>(
        at_.block({at_.declare(lane, at_.load(used_))}),
        at_.compare(BinaryOp::Greater, at_.load(lane), at_.load(step)), false, down, body, at_.loc);
    return countingLoop(at_, step, 1, at_.u32(kRow), BinaryOp::Mul, 2, at_.block({inner}));
  }

  Stmt* each() {
    Local* lane = laneLocal();
    Local* index = at_.variable(scan_.index->name, scan_.index->type);
    index->isConst = true;
    scan_.scanned->isConst = false;
    Block* body = at_.block({at_.declare(index, indexOf(lane))});
    if (!scan_.isExclusive) {
      body->stmts.push_back(at_.declare(scan_.scanned, nullptr));
      combineCarry(at_.load(lane), body->stmts);
    } else {
      std::vector<Stmt*> combine;
      combineCarry(at_.binary(BinaryOp::Sub, at_.load(lane), at_.u32(1)), combine);
      body->stmts.push_back(at_.declare(scan_.scanned, at_.load(scan_.result)));
      body->stmts.push_back(
          at_.branch(at_.compare(BinaryOp::Greater, at_.load(lane), at_.u32(0)), combine));
    }
    Cloner cloner(at_.module);
    cloner.map(scan_.index, index);
    cloner.map(scan_.scanned, scan_.scanned);
    body->stmts.push_back(cloner.block(scan_.eachBody));
    return rowLoop(lane, body);
  }
  void combineCarry(Expr* lane, std::vector<Stmt*>& out) {
    appendCombine(at_, scan_, at_.place(scan_.scanned), at_.load(scan_.result),
                  at_.load(at_.element(row_, lane)), out);
  }

  const Build at_;
  ReduceStmt& scan_;
  const Type* type_;
  Local* base_; ///< the first index of a row
  Local* used_; ///< how many the row has
  Local* row_;
};

} // namespace

void appendSerialScan(Module& module, ReduceStmt& scan, std::vector<Stmt*>& out) {
  SerialScan(module, scan).run(out);
}

/// What one lane has of a turn over as many indices as there are lanes.
struct GroupLowering::ScanTurn {
  Local *base, *has, *value, *row, *carries;
  Expr* count;
  bool fails;
};

/// `into` has failed where the lane's own status says so; the lanes have met behind it.
void GroupLowering::endScanPart(const Build& at, const ScanTurn& turn, Block* part, Code& code) {
  if (turn.fails) {
    endAtFail(module_, *part);
    part->stmts.push_back(
        at.branch(hasFailed(at), {atomicOnLowest(at, AtomicOp::Min, at.groupLane())}));
  }
  code.out.push_back(at.branch(at.load(turn.has), part, nullptr));
  code.out.push_back(at.barrier());
  if (turn.fails)
    settleFailures(at, lanes_, nullptr, code);
}

void GroupLowering::scanTree(const Build& at, const ReduceStmt& scan, const ScanTurn& turn,
                             Code& code) {
  Local* step = at.variable("ring_step", module_.types.u32());
  const auto own = [&] { return at.element(turn.row, at.groupLane()); };
  Expr* left = at.binary(BinaryOp::Sub, at.groupLane(), at.load(step));
  std::vector<Stmt*> combine;
  appendCombine(at, scan, at.place(turn.value), at.load(at.element(turn.row, left)),
                at.load(turn.value), combine);
  Expr* inRow = at.binary(BinaryOp::Rem, at.groupLane(), at.u32(kRow));
  Block* part = at.block(
      {at.branch(at.compare(BinaryOp::GreaterEqual, inRow, at.load(step)), std::move(combine))});
  Code one;
  endScanPart(at, turn, part, one);
  one.out.push_back(at.store(own(), at.load(turn.value)));
  one.out.push_back(at.barrier());
  code.out.push_back(
      countingLoop(at, step, 1, at.u32(kRow), BinaryOp::Mul, 2, at.block(std::move(one.out))));
}

/// The leader notes what each row begins with and takes the row's last value along.
void GroupLowering::scanCarries(const Build& at, ReduceStmt& scan, const ScanTurn& turn,
                                Code& code) {
  const Type* u32 = module_.types.u32();
  const Type* type = scan.index->type;
  Local* row = at.variable("ring_nth", u32);
  const auto firstLane = [&] { return at.binary(BinaryOp::Mul, at.load(row), at.u32(kRow)); };
  const auto left = [&] { // of all indices, from this turn's first on
    return at.binary(BinaryOp::Sub, Cloner(module_).expr(turn.count), at.load(turn.base));
  };
  Expr* rest = at.binary(BinaryOp::Sub, left(), at.convert(type, firstLane()));
  Expr* used = at.convert(u32, smaller(at, rest, at.constant(type, kRow)));
  Expr* last = at.binary(BinaryOp::Sub, at.binary(BinaryOp::Add, firstLane(), used), at.u32(1));
  std::vector<Stmt*> carry;
  appendCombine(at, scan, at.place(scan.result), at.load(scan.result),
                at.load(at.element(turn.row, last)), carry);
  Block* body =
      at.block({at.store(at.element(turn.carries, at.load(row)), at.load(scan.result)),
                at.branch(at.compare(BinaryOp::Less, at.convert(type, firstLane()), left()),
                          std::move(carry))});
  Block* all = at.block({countingLoop(at, row, 0, at.u32(lanes_ / kRow), BinaryOp::Add, 1, body)});
  if (mayFail(*scan.combineBody))
    return addFailing(at, all, code);
  code.leader.push_back(all);
  flush(at, code);
  code.out.push_back(at.barrier());
}

Block* GroupLowering::scanEach(const Build& at, ReduceStmt& scan, const ScanTurn& turn) {
  Expr* row = at.binary(BinaryOp::Div, at.groupLane(), at.u32(kRow));
  Local* carry = at.variable("ring_carry", scan.result->type);
  carry->isConst = true;
  scan.scanned->isConst = false;
  Block* part = at.block({at.declare(carry, at.load(at.element(turn.carries, row)))});
  std::vector<Stmt*> combine;
  Expr* lane = at.groupLane();
  if (scan.isExclusive)
    lane = at.binary(BinaryOp::Sub, lane, at.u32(1));
  appendCombine(at, scan, at.place(scan.scanned), at.load(carry),
                at.load(at.element(turn.row, lane)), combine);
  part->stmts.push_back(at.declare(scan.scanned, scan.isExclusive ? at.load(carry) : nullptr));
  if (scan.isExclusive) {
    Expr* inRow = at.binary(BinaryOp::Rem, at.groupLane(), at.u32(kRow));
    combine = {at.branch(at.compare(BinaryOp::NotEqual, inRow, at.u32(0)), std::move(combine))};
  }
  part->stmts.insert(part->stmts.end(), combine.begin(), combine.end());
  part->stmts.push_back(scan.eachBody);
  return part;
}

void GroupLowering::lowerScan(ReduceStmt& scan, Code& code) {
  const Build at(module_, scan.loc());
  const Type* type = scan.result->type;
  ScanTurn turn{};
  Local*& row = rows_[type];
  Local*& carries = carries_[type];
  if (!row) {
    row = sharedLocal(at, "ring_row", module_.types.arrayType(type, lanes_));
    carries = sharedLocal(at, "ring_carries", module_.types.arrayType(type, lanes_ / kRow));
  }
  turn.row = row;
  turn.carries = carries;
  turn.fails = mayFail(*scan.body) || mayFail(*scan.combineBody) || mayFail(*scan.eachBody);
  scan.result->isConst = false;
  analysis_.keepOutside(*scan.result);
  code.leader.push_back(at.declare(scan.result, scan.init));
  if (turn.fails)
    watchFailures(at, code);
  turn.count = beginRegion(at, scan.count, code);
  turn.base = at.variable("ring_base", scan.index->type);
  turn.has = at.variable("ring_has", module_.types.boolType());
  turn.value = at.variable("ring_value", type);

  Code body;
  Expr* lane = at.convert(scan.index->type, at.groupLane());
  body.out = {at.declare(scan.index, at.binary(BinaryOp::Add, at.load(turn.base), lane)),
              at.declare(turn.has, at.compare(BinaryOp::Less, at.load(scan.index),
                                              Cloner(module_).expr(turn.count))),
              at.declare(turn.value, at.zero(type))};
  scan.body->stmts.push_back(at.store(turn.value, scan.value));
  scan.body->stmts.push_back(at.store(at.element(row, at.groupLane()), at.load(turn.value)));
  endScanPart(at, turn, scan.body, body);
  scanTree(at, scan, turn, body);
  scanCarries(at, scan, turn, body);
  endScanPart(at, turn, scanEach(at, scan, turn), body);
  code.out.push_back(countingLoop(at, turn.base, 0, Cloner(module_).expr(turn.count), BinaryOp::Add,
                                  lanes_, at.block(std::move(body.out))));
}

} // namespace ringc::transforms
