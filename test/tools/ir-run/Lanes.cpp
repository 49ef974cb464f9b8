// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One thread a lane; the mutex hands the turn over, so nothing else needs to be synchronised.

#include "test/tools/ir-run/Lanes.h"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace ring::test {

void Lanes::run(const std::function<void(uint32_t)>& lane) {
  current_ = reverse_ ? static_cast<uint32_t>(states_.size()) - 1 : 0;
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < states_.size(); ++i)
    threads.emplace_back([&, i] {
      std::unique_lock lock(mutex_);
      awaitTurn(lock, i);
      lock.unlock();
      lane(i);
      lock.lock();
      handOver(State::Ended, i);
    });
  for (std::thread& thread : threads)
    thread.join();
}

void Lanes::meet(uint32_t lane) {
  std::unique_lock lock(mutex_);
  handOver(State::Waiting, lane);
  awaitTurn(lock, lane);
}

uint8_t* Lanes::shared(const ir::Local* local) {
  Bytes& bytes = shared_[local];
  if (bytes.empty())
    bytes.assign(local->type->size(), 0xcd);
  return bytes.data();
}

void Lanes::awaitTurn(std::unique_lock<std::mutex>& lock, uint32_t lane) {
  turns_[lane].wait(lock, [&] { return current_ == lane && states_[lane] == State::Ready; });
}

uint32_t Lanes::next() const {
  const auto count = static_cast<uint32_t>(states_.size());
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t lane = reverse_ ? count - 1 - i : i;
    if (states_[lane] == State::Ready)
      return lane;
  }
  return count;
}

void Lanes::handOver(State state, uint32_t lane) {
  states_[lane] = state;
  const auto count = static_cast<uint32_t>(states_.size());
  if (next() == count) {
    const auto waiting = std::ranges::find(states_, State::Waiting);
    const auto ended = std::ranges::find(states_, State::Ended);
    if (waiting != states_.end() && ended != states_.end())
      fault(fmt::format("lane {} waits at a barrier, lane {} has ended", waiting - states_.begin(),
                        ended - states_.begin()));
    if (waiting != states_.end())
      std::ranges::fill(states_, State::Ready);
  }
  current_ = next();
  if (current_ < count)
    turns_[current_].notify_one();
}

} // namespace ring::test
