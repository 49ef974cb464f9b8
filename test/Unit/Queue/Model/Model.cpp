// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scheduler, its search, and the memory. One run at a time, on the caller's thread; the test's
// threads are fibers that hand over before each atomic operation.
#include "Model.h"

#include <boost/context/fiber.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace model {

namespace {

namespace context = boost::context;

/// What a thread will do next.
struct Pending {
  int location = -1;
  Access access = Access::Load;
};

bool areIndependent(const Pending& a, const Pending& b) {
  return a.location != b.location || (a.access == Access::Load && b.access == Access::Load);
}

struct StoredValue {
  std::uint64_t value;
  View view; ///< what who reads it with acquire learns
};

struct Thread {
  context::fiber fiber;
  View view;
  Pending pending;
  bool finished = false;
  bool asleep = false;
};

/// A point of the search with several ways to go on.
struct Choice {
  std::vector<std::uint8_t> threads; ///< which to run; empty: which value to load
  std::size_t count = 0, taken = 0;
  std::uint32_t sleeping = 0; ///< threads whose next operation was tried elsewhere, as bits
};

/// Stacks of a fixed size, used again in every run.
class StackPool {
public:
  context::stack_context allocate() {
    if (free_.empty())
      memory_.push_back(std::make_unique<std::byte[]>(kBytes)),
          free_.push_back(memory_.back().get());
    context::stack_context stack;
    stack.size = kBytes;
    stack.sp = free_.back() + kBytes;
    free_.pop_back();
    return stack;
  }
  void deallocate(context::stack_context& stack) {
    free_.push_back(static_cast<std::byte*>(stack.sp) - kBytes);
  }

private:
  static constexpr std::size_t kBytes = 256 * 1024;
  std::vector<std::unique_ptr<std::byte[]>> memory_;
  std::vector<std::byte*> free_;
};

class Explorer {
public:
  Result run(const std::function<Case()>& setUp, Fault fault, std::uint64_t mostRuns);

  int newLocation(std::uint64_t value);
  std::uint64_t load(int location, std::memory_order order);
  void store(int location, std::uint64_t value, std::memory_order order);
  std::uint64_t modify(int location, std::memory_order order, std::memory_order failure,
                       const std::function<bool(std::uint64_t, std::uint64_t&)>& change);
  void sleepWhile(int location, std::uint64_t value);
  void wakeAll(int location);
  void violated(const std::string& what) {
    if (violation_.empty())
      violation_ = what;
  }
  View& view() { return threads_[current_].view; }
  int current() const { return current_; }

private:
  void runOnce(const std::function<Case()>& setUp);
  void begin(int number, const std::function<void()>& body);
  void schedule();
  int chooseThread(std::uint32_t enabled, std::uint32_t& sleeping);
  std::size_t choose(std::size_t count);
  bool backtrack();
  void resume(int number);
  /// Hands over before an operation of a test's thread.
  void yieldBefore(int location, Access access);
  std::memory_order faulty(int location, Access access, std::memory_order order) const;
  bool has(Fault::Kind kind, int location, Access access) const {
    // Who sets up, checks and takes down sees what is.
    return current_ != 0 && fault_.kind == kind && fault_.access == access &&
           location >= fault_.firstLocation && location <= fault_.lastLocation;
  }
  void append(int location, std::uint64_t value, std::memory_order order, const View* continued);
  std::uint64_t take(int location, std::size_t number, std::memory_order order);

  StackPool stacks_;
  std::array<Thread, kMostThreads> threads_;
  int threadCount_ = 0, current_ = 0;
  context::fiber scheduler_;
  std::array<std::vector<StoredValue>, kMostLocations> memory_;
  int locations_ = 0;
  std::vector<Choice> choices_;
  std::size_t depth_ = 0;
  bool redundant_ = false; ///< the run is let out without a search
  Fault fault_;
  std::string violation_;
};

Explorer* explorer = nullptr;

bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}
bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

// Memory.

int Explorer::newLocation(std::uint64_t value) {
  if (locations_ == kMostLocations) {
    std::fprintf(stderr, "model: more than %d atomics\n", kMostLocations);
    std::abort();
  }
  memory_[locations_].assign(1, {value, view()});
  return locations_++;
}

std::memory_order Explorer::faulty(int location, Access access, std::memory_order order) const {
  return has(Fault::Kind::Relax, location, access) ? std::memory_order_relaxed : order;
}

std::uint64_t Explorer::take(int location, std::size_t number, std::memory_order order) {
  const StoredValue& stored = memory_[location][number];
  view().seen[location] = static_cast<std::uint16_t>(number);
  if (acquires(order))
    view().join(stored.view);
  return stored.value;
}

std::uint64_t Explorer::load(int location, std::memory_order order) {
  yieldBefore(location, Access::Load);
  order = faulty(location, Access::Load, order);
  const std::size_t newest = memory_[location].size() - 1;
  const std::size_t oldest = current_ == 0 ? newest : view().seen[location];
  const std::uint64_t value = take(location, newest - choose(newest - oldest + 1), order);
  return value + has(Fault::Kind::Skew, location, Access::Load);
}

void Explorer::append(int location, std::uint64_t value, std::memory_order order,
                      const View* continued) {
  View& mine = view();
  StoredValue stored{value, continued ? *continued : View{}};
  mine.seen[location] = static_cast<std::uint16_t>(memory_[location].size());
  if (releases(order)) {
    stored.view.join(mine);
    ++mine.clock[current_]; // what comes after is not released
  }
  memory_[location].push_back(stored);
}

void Explorer::store(int location, std::uint64_t value, std::memory_order order) {
  yieldBefore(location, Access::Store);
  append(location, value, faulty(location, Access::Store, order), nullptr);
}

std::uint64_t Explorer::modify(int location, std::memory_order order, std::memory_order failure,
                               const std::function<bool(std::uint64_t, std::uint64_t&)>& change) {
  if (has(Fault::Kind::Tear, location, Access::Modify)) {
    const std::uint64_t value = load(location, order);
    std::uint64_t next = 0;
    if (change(value, next))
      store(location, next, order);
    return value;
  }
  yieldBefore(location, Access::Modify);
  order = faulty(location, Access::Modify, order);
  const std::size_t newest = memory_[location].size() - 1;
  // The newest where it succeeds; else whatever the thread may still see that makes it fail.
  std::vector<std::size_t> readable{newest};
  std::uint64_t next = 0;
  if (current_ != 0)
    for (std::size_t number = view().seen[location]; number < newest; ++number)
      if (!change(memory_[location][number].value, next))
        readable.push_back(number);
  const std::size_t number = readable[choose(readable.size())];
  const std::uint64_t value = memory_[location][number].value;
  if (!change(value, next))
    return take(location, number, failure);
  take(location, number, order);
  const View continued = memory_[location][number].view;
  append(location, next, order, &continued);
  return value;
}

void Explorer::sleepWhile(int location, std::uint64_t value) {
  yieldBefore(location, Access::Modify);
  view().seen[location] = static_cast<std::uint16_t>(memory_[location].size() - 1);
  if (memory_[location].back().value != value)
    return;
  Thread& self = threads_[current_];
  self.asleep = true;
  yieldBefore(location, Access::Modify);
}

void Explorer::wakeAll(int location) {
  yieldBefore(location, Access::Modify);
  for (Thread& thread : threads_)
    if (thread.asleep && thread.pending.location == location)
      thread.asleep = false;
}

// Search.

void Explorer::yieldBefore(int location, Access access) {
  if (current_ == 0)
    return; // set-up and check are not interleaved
  threads_[current_].pending = {location, access};
  scheduler_ = std::move(scheduler_).resume();
}

void Explorer::resume(int number) {
  current_ = number;
  threads_[number].fiber = std::move(threads_[number].fiber).resume();
  current_ = 0;
}

void Explorer::begin(int number, const std::function<void()>& body) {
  Thread& thread = threads_[number];
  thread.view = threads_[0].view;
  thread.view.clock[number] = 1;
  thread.finished = thread.asleep = false;
  struct Allocator {
    StackPool* pool;
    context::stack_context allocate() { return pool->allocate(); }
    void deallocate(context::stack_context& stack) { pool->deallocate(stack); }
  };
  thread.fiber = context::fiber(std::allocator_arg, Allocator{&stacks_},
                                [this, &thread, &body](context::fiber&& caller) {
                                  scheduler_ = std::move(caller);
                                  body();
                                  thread.finished = true;
                                  return std::move(scheduler_);
                                });
  resume(number); // to its first operation
}

std::size_t Explorer::choose(std::size_t count) {
  if (count == 1 || redundant_ || current_ == 0)
    return 0;
  if (depth_ == choices_.size())
    choices_.push_back({{}, count, 0, 0});
  return choices_[depth_++].taken;
}

int Explorer::chooseThread(std::uint32_t enabled, std::uint32_t& sleeping) {
  const auto lowest = [](std::uint32_t bits) { return __builtin_ctz(bits); };
  if (redundant_)
    return lowest(enabled);
  if (depth_ == choices_.size()) {
    Choice choice;
    for (int number = 1; number <= threadCount_; ++number)
      if (enabled & ~sleeping & 1u << number)
        choice.threads.push_back(static_cast<std::uint8_t>(number));
    if (choice.threads.empty()) { // every way on is one that was gone elsewhere
      redundant_ = true;
      return lowest(enabled);
    }
    choice.count = choice.threads.size();
    choice.sleeping = sleeping;
    choices_.push_back(std::move(choice));
  }
  const Choice& choice = choices_[depth_++];
  sleeping = choice.sleeping;
  for (std::size_t i = 0; i < choice.taken; ++i)
    sleeping |= 1u << choice.threads[i];
  return choice.threads[choice.taken];
}

void Explorer::schedule() {
  std::uint32_t sleeping = 0;
  for (;;) {
    std::uint32_t enabled = 0;
    bool unfinished = false;
    for (int number = 1; number <= threadCount_; ++number) {
      unfinished |= !threads_[number].finished;
      if (!threads_[number].finished && !threads_[number].asleep)
        enabled |= 1u << number;
    }
    if (enabled == 0) {
      if (unfinished) {
        violated("all that is left sleeps: a wake-up was lost");
        for (Thread& thread : threads_) // let the run out
          thread.asleep = false;
        redundant_ = true;
        continue;
      }
      return;
    }
    const int number = chooseThread(enabled, sleeping);
    const Pending done = threads_[number].pending;
    resume(number);
    for (int other = 1; other <= threadCount_; ++other)
      if (other == number || !areIndependent(threads_[other].pending, done))
        sleeping &= ~(1u << other);
  }
}

bool Explorer::backtrack() {
  while (!choices_.empty()) {
    if (++choices_.back().taken < choices_.back().count)
      return true;
    choices_.pop_back();
  }
  return false;
}

void Explorer::runOnce(const std::function<Case()>& setUp) {
  locations_ = 0;
  depth_ = 0;
  redundant_ = false;
  current_ = 0;
  threads_[0].view = {};
  threads_[0].view.clock[0] = 1;
  const Case test = setUp();
  threadCount_ = static_cast<int>(test.threads.size());
  if (threadCount_ >= kMostThreads)
    std::abort();
  for (int number = 1; number <= threadCount_; ++number)
    begin(number, test.threads[number - 1]);
  schedule();
  for (int number = 1; number <= threadCount_; ++number)
    threads_[0].view.join(threads_[number].view);
  if (!redundant_ && violation_.empty())
    test.check();
}

Result Explorer::run(const std::function<Case()>& setUp, Fault fault, std::uint64_t mostRuns) {
  fault_ = fault;
  Result result;
  do {
    runOnce(setUp);
    ++result.runs;
  } while (violation_.empty() && result.runs < mostRuns && backtrack());
  result.violation = violation_;
  result.complete = violation_.empty() && choices_.empty();
  return result;
}

} // namespace

void View::join(const View& other) {
  for (int i = 0; i < kMostLocations; ++i)
    seen[i] = std::max(seen[i], other.seen[i]);
  for (int i = 0; i < kMostThreads; ++i)
    clock[i] = std::max(clock[i], other.clock[i]);
}

Result explore(const std::function<Case()>& setUp, Fault fault, std::uint64_t mostRuns) {
  Explorer here;
  explorer = &here;
  Result result = here.run(setUp, fault, mostRuns);
  explorer = nullptr;
  return result;
}

void violated(const std::string& what) { explorer->violated(what); }

namespace detail {

int newLocation(std::uint64_t value) { return explorer->newLocation(value); }
std::uint64_t load(int location, std::memory_order order) {
  return explorer->load(location, order);
}
void store(int location, std::uint64_t value, std::memory_order order) {
  explorer->store(location, value, order);
}
std::uint64_t modify(int location, std::memory_order order, std::memory_order failure,
                     const std::function<bool(std::uint64_t, std::uint64_t&)>& change) {
  return explorer->modify(location, order, failure, change);
}
void sleepWhile(int location, std::uint64_t value) { explorer->sleepWhile(location, value); }
void wakeAll(int location) { explorer->wakeAll(location); }

void Accesses::read() {
  const View& view = explorer->view();
  if (writtenAt > view.clock[writer])
    explorer->violated("a race: a value is read while it is written");
  readAt[explorer->current()] = view.clock[explorer->current()];
}

void Accesses::write() {
  const View& view = explorer->view();
  if (writtenAt > view.clock[writer])
    explorer->violated("a race: a value is written twice at once");
  for (int i = 0; i < kMostThreads; ++i)
    if (readAt[i] > view.clock[i])
      explorer->violated("a race: a value is written while it is read");
  writer = static_cast<std::uint32_t>(explorer->current());
  writtenAt = view.clock[writer];
}

} // namespace detail
} // namespace model
