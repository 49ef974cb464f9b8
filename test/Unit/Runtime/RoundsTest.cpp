// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rounds core over a device whose "shaders" are C++ functions by the rules of abi/Rounds.h and
// Launch.h: routing, order, outcomes, bounds, arenas, errors of the device. What ringc emits is
// tested under test/Execution.
#include "Support.h"

#include <ringkernel/device.h>

#include <ringkernel/abi/Launch.h>
#include <ringkernel/abi/Rounds.h>
#include <ringkernel/abi/Version.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <thread>

namespace rounds {

struct Number {
  std::uint64_t value;
};
struct Command {
  std::uint32_t kind; // Echo's: 0 reply, 1 nothing, 2 reply and fail, 3 reply and stop, 4 forward
  std::uint32_t count;
  ring::ActorId peer;
};
struct Echo {
  std::uint64_t handled = 0;
  void on(const Command&, ring::Context&) {}
  void on(const Number&, ring::Context&) {}
};
inline void scale(ring::Cell1<const float>, ring::Cell1<float>, bool, std::int8_t, std::uint16_t) {}
inline void fillSpan(std::span<const std::uint8_t>, std::span<std::uint32_t>, std::int16_t) {}

} // namespace rounds

namespace ring::detail {
namespace {

const ModuleInfo* module();
// The module's own indices are not the dense ones: a message that nobody handles comes first.
constexpr std::uint16_t kLocalCommand = 1, kLocalNumber = 2;

} // namespace

template <> const TypeInfo& Registered<rounds::Number>::info() {
  static constexpr TypeInfo info{"rounds::Number", 0x3001, 8, 8, &module, kLocalNumber, false,
                                 Scope::Thread,    {},     {}};
  return info;
}
template <> const TypeInfo& Registered<rounds::Command>::info() {
  static constexpr TypeInfo info{"rounds::Command", 0x3002, 16, 4, &module, kLocalCommand, false,
                                 Scope::Thread,     {},     {}};
  return info;
}
template <> const TypeInfo& Registered<rounds::Echo>::info() {
  static constexpr HandlerInfo handlers[] = {
      {&Registered<rounds::Command>::info, nullptr, 100, false, true},
      {&Registered<rounds::Number>::info, nullptr, 1, false, true}};
  static constexpr TypeInfo info{"rounds::Echo", 0x3003,        8,        8,           &module, 0,
                                 true,           Scope::Thread, handlers, "Echo_round"};
  return info;
}
template <> const FunctionInfo& RegisteredFn<&rounds::scale>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"in", ParameterKind::Cell, true, 4, 36, false, 0},
      {"out", ParameterKind::Cell, false, 4, 40, false, 0},
      {"flag", ParameterKind::Value, true, 1, 44, false, 0},
      {"small", ParameterKind::Value, true, 1, 48, true, 0},
      {"wide", ParameterKind::Value, true, 2, 52, false, 0}};
  static constexpr FunctionInfo info{
      "rounds::scale", &module,   true,    parameters, 64,    1,      "scale", {256, 1, 1}, 1,
      {0, 0, 0},       {0, 0, 0}, nullptr, 0,          false, nullptr};
  return info;
}
template <> const FunctionInfo& RegisteredFn<&rounds::fillSpan>::info() {
  static constexpr ParameterInfo parameters[] = {
      {"in", ParameterKind::Span, true, 1, 0, false, 0},
      {"out", ParameterKind::Span, false, 4, 4, false, 1},
      {"add", ParameterKind::Value, true, 2, 8, true, 0}};
  static constexpr FunctionInfo info{"rounds::fillSpan",
                                     &module,
                                     false,
                                     parameters,
                                     16,
                                     2,
                                     "fillSpan",
                                     {32, 1, 1},
                                     0,
                                     {},
                                     {},
                                     nullptr,
                                     0,
                                     false,
                                     nullptr};
  return info;
}

namespace {

const TypeInfo& unhandled() {
  static constexpr TypeInfo info{"rounds::Unhandled", 0x3004, 40, 8, &module, 0, false,
                                 Scope::Thread,       {},     {}};
  return info;
}
const ModuleInfo* module() {
  static constexpr TypeInfoFunction messages[] = {&unhandled, &Registered<rounds::Command>::info,
                                                  &Registered<rounds::Number>::info};
  static constexpr ModuleInfo info{"rounds", abi::kVersion, {}, {}, "// the fake's", messages};
  return &info;
}

} // namespace
} // namespace ring::detail

namespace {

using namespace ring::abi;
using ring::Status;
using ring::StatusCode;
using namespace ring;
using rounds::Command;
using rounds::Echo;
using rounds::Number;

/// What an entry point sees: its buffers by slot.
struct Buffers {
  std::map<std::uint32_t, std::byte*> at;
  template <class T> T* as(std::uint32_t slot) const { return reinterpret_cast<T*>(at.at(slot)); }
};

/// A device that checks what the interface asks of its callers.
class FakeDevice final : public ComputeDevice {
public:
  FakeDevice() {
    info_.name = "fake";
    limits_.maxStorageBuffersPerStage = 8;
    limits_.maxInvocationsPerWorkgroup = 256;
    limits_.maxWorkgroupSize = {256, 256, 64};
    limits_.maxWorkgroupsPerDimension = 65535;
    limits_.maxBufferBytes = limits_.maxBindingBytes = kHeldBytes;
    limits_.bindingOffsetAlignmentBytes = 256;
  }
  const DeviceInfo& info() const override { return info_; }
  const DeviceLimits& limits() const override { return limits_; }
  ring::Result<BufferId> createBuffer(std::uint64_t bytes) override {
    EXPECT_TRUE(bytes > 0 && bytes <= limits_.maxBufferBytes);
    // Nothing runs on larger ones: they are there to be counted.
    buffers_[++last_].resize(bytes > kHeldBytes ? 0 : (bytes + 3) / 4 * 4);
    return BufferId(last_);
  }
  Status destroyBuffer(BufferId buffer) override {
    return buffers_.erase(std::uint32_t(buffer)) ? Status::ok()
                                                 : Status(StatusCode::NotFound, "no buffer");
  }
  Status write(BufferId buffer, std::uint64_t offset, std::span<const std::byte> bytes) override {
    std::memcpy(range(buffer, offset, bytes.size()), bytes.data(), bytes.size());
    return Status::ok();
  }
  Status read(BufferId buffer, std::uint64_t offset, std::span<std::byte> bytes) override {
    if (lost)
      return Status(StatusCode::DeviceLost, "the fake is lost");
    std::memcpy(bytes.data(), range(buffer, offset, bytes.size()), bytes.size());
    return Status::ok();
  }
  ring::Result<PipelineId> createPipeline(std::string_view source, std::string_view entry,
                                          std::array<std::uint32_t, 3> size) override {
    EXPECT_EQ(source, "// the fake's");
    entries_.push_back({std::string(entry), size});
    return PipelineId(std::uint32_t(entries_.size()));
  }
  Status submit(std::span<const Dispatch> dispatches) override {
    submitted += dispatches.size();
    isHeld.wait(true);
    if (limits_.maxBufferBytes == kHeldBytes)
      for (const Dispatch& dispatch : dispatches)
        run(dispatch);
    return Status::ok();
  }
  Status wait() override { return Status::ok(); }

  /// Larger buffers and grids than this memory could serve; dispatches are only counted.
  void grow(std::uint64_t bufferBytes, std::uint32_t groups) {
    limits_.maxBufferBytes = limits_.maxBindingBytes = bufferBytes;
    limits_.maxWorkgroupsPerDimension = groups;
  }

  std::size_t submitted = 0; ///< dispatches
  bool lost = false;
  std::atomic<bool> isHeld{false}; ///< submit() waits
  std::uint32_t largestRound = 0;  ///< activations
  std::size_t buffers() const { return buffers_.size(); }

private:
  static constexpr std::uint64_t kHeldBytes = 1u << 20;
  struct Entry {
    std::string name;
    std::array<std::uint32_t, 3> size;
  };
  std::byte* range(BufferId buffer, std::uint64_t offset, std::uint64_t bytes) {
    auto& memory = buffers_.at(std::uint32_t(buffer));
    EXPECT_EQ(offset % 4, 0u);
    EXPECT_EQ(bytes % 4, 0u);
    EXPECT_LE(offset + bytes, memory.size());
    return memory.data() + offset;
  }
  void run(const Dispatch& dispatch);

  DeviceInfo info_;
  DeviceLimits limits_;
  std::uint32_t last_ = 0;
  std::map<std::uint32_t, std::vector<std::byte>> buffers_;
  std::vector<Entry> entries_;
};

/// One activation of Echo, as emitted code would do it.
class EchoActivation {
public:
  EchoActivation(const Buffers& buffers, std::uint32_t index)
      : params_(*buffers.as<RoundParams>(0)), control_(*buffers.as<RoundControl>(1)),
        activation_(buffers.as<Activation>(2)[index]), inbox_(buffers.as<std::byte>(3)),
        outbox_(buffers.as<std::byte>(4)),
        state_(*reinterpret_cast<Echo*>(buffers.as<std::byte>(5) + activation_.stateOffset)),
        result_(buffers.as<ActivationResult>(6)[index]) {}

  void run() {
    result_ = {kActive, 0, 0, 0};
    while (result_.handled < activation_.messageCount && result_.status == kActive) {
      const std::byte* slot =
          inbox_ + std::size_t(activation_.firstMessage + result_.handled) * params_.slotBytes;
      std::memcpy(&envelope_, slot, sizeof(envelope_));
      const std::uint32_t before = result_.sends;
      ++result_.handled;
      ++state_.handled;
      if (envelope_.header.type == ring::detail::kLocalNumber) {
        send(ring::ActorId{kHostIndex, 0, 0}, ring::detail::kLocalNumber, 0, 0,
             reinterpret_cast<const Number*>(slot + kPayloadOffset)->value);
      } else {
        EXPECT_EQ(envelope_.header.type, ring::detail::kLocalCommand);
        handle(*reinterpret_cast<const Command*>(slot + kPayloadOffset));
      }
      if (result_.status == kFailed)
        result_.sends = before;
    }
  }

private:
  void handle(const Command& command) {
    if (command.kind != 1 && command.kind != 4)
      send(envelope_.source.source, ring::detail::kLocalNumber, kFlagReply,
           envelope_.source.correlation, command.count);
    if (command.kind == 2) {
      result_.status = kFailed;
      result_.failCode = command.count;
    } else if (command.kind == 3) {
      result_.status = kStopped;
    } else if (command.kind == 4) {
      for (std::uint32_t i = 0; i < command.count; ++i)
        send(command.peer, ring::detail::kLocalNumber, 0, 0, i);
    }
  }
  void send(ring::ActorId target, std::uint16_t type, std::uint8_t flags, std::uint64_t correlation,
            std::uint64_t value) {
    // Tickets of one round come in any order: from the end is the worst.
    const std::uint32_t ticket = control_.outboxCount.raw++;
    ASSERT_LT(ticket, params_.outboxCapacity);
    std::byte* slot = outbox_ + std::size_t(ticket) * params_.slotBytes;
    Envelope envelope{};
    envelope.header.tag = ++result_.sends;
    envelope.header.targetIndex = target.index;
    envelope.header.targetGeneration = target.generation;
    envelope.header.type = type;
    envelope.header.flags = flags;
    envelope.source = {activation_.self, correlation};
    std::memcpy(slot, &envelope, sizeof(envelope));
    std::memcpy(slot + kPayloadOffset, &value, sizeof(value));
  }

  const RoundParams& params_;
  RoundControl& control_;
  const Activation& activation_;
  const std::byte* inbox_;
  std::byte* outbox_;
  Echo& state_;
  ActivationResult& result_;
  Envelope envelope_{};
};

void runScale(const Buffers& buffers) {
  const std::byte* block = buffers.as<std::byte>(1);
  SweepHeader header;
  std::memcpy(&header, block, sizeof(header));
  std::uint32_t fields[2];
  std::memcpy(fields, block + 36, 8);
  std::uint32_t flag, wide;
  std::int32_t small;
  std::memcpy(&flag, block + 44, 4);
  std::memcpy(&small, block + 48, 4);
  std::memcpy(&wide, block + 52, 4);
  float* arena = buffers.as<float>(0);
  for (std::uint32_t x = header.origin[0]; x < header.origin[0] + header.count[0]; ++x)
    arena[fields[1] + x] = arena[fields[0] + x] * (flag ? float(small) : 1) + float(wide);
}

void runFill(const Buffers& buffers) {
  const auto* in = buffers.as<std::uint8_t>(0);
  auto* out = buffers.as<std::uint32_t>(1);
  std::uint32_t counts[2];
  std::int32_t add;
  std::memcpy(counts, buffers.as<std::byte>(2), 8);
  std::memcpy(&add, buffers.as<std::byte>(2) + 8, 4);
  for (std::uint32_t i = 0; i < counts[1]; ++i)
    out[i] = i < counts[0] ? std::uint32_t(in[i]) + std::uint32_t(add) : 7u;
}

void FakeDevice::run(const Dispatch& dispatch) {
  const Entry& entry = entries_.at(std::uint32_t(dispatch.pipeline) - 1);
  Buffers buffers;
  std::set<std::uint32_t> read, written;
  for (const Binding& binding : dispatch.bindings) {
    EXPECT_EQ(binding.offsetBytes % limits_.bindingOffsetAlignmentBytes, 0u);
    EXPECT_GT(binding.sizeBytes, 0u);
    buffers.at[binding.slot] = range(binding.buffer, binding.offsetBytes, binding.sizeBytes);
    const bool writes = entry.name != "Echo_round" || binding.slot == 1 || binding.slot >= 4;
    (writes ? written : read).insert(std::uint32_t(binding.buffer));
  }
  for (const std::uint32_t buffer : read)
    EXPECT_FALSE(written.contains(buffer)) << "a buffer is both read and written";
  if (entry.name == "scale")
    return runScale(buffers);
  if (entry.name == "fillSpan")
    return runFill(buffers);
  EXPECT_EQ(entry.size[0], kRoundWorkgroup);
  const RoundParams& params = *buffers.as<RoundParams>(0);
  EXPECT_EQ(dispatch.groups[0], (params.activationCount + 63) / 64);
  largestRound = std::max(largestRound, params.activationCount);
  for (std::uint32_t i = params.activationCount; i > 0; --i) // in no particular order
    EchoActivation(buffers, params.firstActivation + i - 1).run();
}

struct Fixture : testing::Test {
  void SetUp() override { make(ring::RuntimeOptions()); }
  void make(const ring::RuntimeOptions& options) {
    auto device = std::make_unique<FakeDevice>();
    fake = device.get();
    auto made = ring::Runtime::create(options, std::move(device), ring::ShaderLanguage::Wgsl);
    ASSERT_TRUE(made) << made.status().message();
    runtime.emplace(*std::move(made));
  }
  ring::ActorRef<Echo> spawn() {
    auto actor = runtime->spawn<Echo>();
    EXPECT_TRUE(actor) << actor.status().message();
    return *actor;
  }
  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> all;
    runtime->replies().drain<Number>([&](const Number& n) { all.push_back(n.value); });
    return all;
  }
  FakeDevice* fake = nullptr;
  std::optional<ring::Runtime> runtime;
};
using Rounds = Fixture;

TEST_F(Rounds, HandlesAndRepliesInOrder) {
  const auto one = spawn(), other = spawn();
  for (std::uint32_t i = 0; i < 10; ++i) {
    EXPECT_OK(runtime->send(one, Command{0, i, {}}));
    EXPECT_OK(runtime->send(other, Command{1, 0, {}}));
  }
  EXPECT_OK(runtime->drain());
  EXPECT_EQ(numbers(), (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  const ring::Statistics statistics = runtime->statistics();
  EXPECT_EQ(statistics.rounds, 1u);
  EXPECT_EQ(statistics.handled, 20u);
  EXPECT_EQ(statistics.replies, 10u);
  EXPECT_EQ(runtime->state(one)->handled, 10u);
  EXPECT_EQ(runtime->backendName(), "fake");
  EXPECT_EQ(fake->largestRound, 2u);
}

TEST_F(Rounds, SendsArriveInTheNextRoundInTheirOrder) {
  const auto from = spawn(), to = spawn();
  EXPECT_OK(runtime->send(from, Command{4, 50, to.id}));
  EXPECT_OK(runtime->send(from, Command{4, 30, to.id}));
  EXPECT_OK(runtime->drain());
  std::vector<std::uint64_t> expected;
  for (const std::uint64_t count : {50, 30})
    for (std::uint64_t i = 0; i < count; ++i)
      expected.push_back(i);
  EXPECT_EQ(numbers(), expected);
  EXPECT_EQ(runtime->statistics().rounds, 2u);
  EXPECT_EQ(runtime->statistics().sent, 82u);
}

TEST_F(Rounds, TellsEachOutcomeApart) {
  const auto actor = spawn();
  EXPECT_EQ(runtime->ask<Number>(actor, Command{0, 5, {}}).get().value().value, 5u);
  EXPECT_EQ(runtime->ask<Number>(actor, Command{1, 5, {}}).get().status().code(),
            StatusCode::NoReply);
  EXPECT_EQ(runtime->ask<Command>(actor, Command{0, 5, {}}).get().status().code(),
            StatusCode::WrongType);
  auto before = runtime->ask<Number>(actor, Command{0, 1, {}});
  auto failing = runtime->ask<Number>(actor, Command{2, 99, {}});
  auto after = runtime->ask<Number>(actor, Command{0, 2, {}});
  EXPECT_EQ(before.get().value().value, 1u);
  EXPECT_EQ(failing.get().status().failCode(), 99u);
  EXPECT_EQ(after.get().status().code(), StatusCode::Closed);
  EXPECT_EQ(runtime->ask<Number>(actor, Command{0, 3, {}}).get().status().code(),
            StatusCode::Closed);
  EXPECT_EQ(runtime->statistics().failed, 1u);
  EXPECT_EQ(runtime->statistics().deadLetters, 2u);
  EXPECT_TRUE(numbers().empty()) << "the failing handler's reply was not dropped";
}

TEST_F(Rounds, StoppedActorsTakeNothingMoreAndTheirStateIsReused) {
  ring::RuntimeOptions options;
  options.maxActors = 1;
  make(options);
  const auto actor = spawn();
  EXPECT_OK(runtime->send(actor, Command{3, 1, {}}));
  EXPECT_OK(runtime->send(actor, Command{0, 2, {}}));
  EXPECT_OK(runtime->drain());
  EXPECT_EQ(numbers(), std::vector<std::uint64_t>{1});
  EXPECT_EQ(runtime->statistics().stopped, 1u);
  EXPECT_EQ(runtime->statistics().deadLetters, 1u);
  const auto next = spawn();
  EXPECT_EQ(next.id.index, actor.id.index);
  EXPECT_OK(runtime->send(actor, Command{0, 3, {}}));
  EXPECT_OK(runtime->drain());
  EXPECT_EQ(runtime->statistics().deadLetters, 2u);
  EXPECT_EQ(runtime->state(next)->handled, 0u);
}

TEST_F(Rounds, ARoundTakesOnlyWhatItsOutboxHolds) {
  // A box has 1 MiB: 13,107 slots of 80 bytes, or 131 messages that may send 100 each.
  const auto from = spawn(), other = spawn(), to = spawn();
  for (std::uint32_t i = 0; i < 300; ++i) {
    EXPECT_OK(runtime->send(from, Command{4, i % 100, to.id}));
    EXPECT_OK(runtime->send(other, Command{1, 0, {}}));
  }
  EXPECT_OK(runtime->drain());
  std::vector<std::uint64_t> expected;
  for (std::uint32_t i = 0; i < 300; ++i)
    for (std::uint64_t j = 0; j < i % 100; ++j)
      expected.push_back(j);
  EXPECT_EQ(numbers(), expected);
  EXPECT_GE(runtime->statistics().rounds, 5u);
}

TEST_F(Rounds, ManyActorsShareARound) {
  std::vector<ring::ActorRef<Echo>> actors;
  for (int i = 0; i < 5000; ++i)
    actors.push_back(spawn());
  for (std::uint32_t i = 0; i < actors.size(); ++i)
    EXPECT_OK(runtime->send(actors[i], Number{i}));
  EXPECT_OK(runtime->drain());
  std::vector<std::uint64_t> all = numbers();
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), actors.size());
  for (std::uint64_t i = 0; i < all.size(); ++i)
    ASSERT_EQ(all[i], i);
  EXPECT_EQ(fake->largestRound, 5000u);
  EXPECT_EQ(runtime->statistics().rounds, 1u);
}

TEST_F(Rounds, SendsBeyondTheBoundRunRounds) {
  ring::RuntimeOptions options;
  options.spillBytes = 64 * 1024;
  make(options);
  const auto actor = spawn();
  for (std::uint32_t i = 0; i < 5000; ++i)
    EXPECT_OK(runtime->send(actor, Number{i}));
  EXPECT_GT(runtime->statistics().rounds, 3u);
  EXPECT_OK(runtime->drain());
  EXPECT_EQ(numbers().size(), 5000u);
}

TEST_F(Rounds, StopHandlesWhatWasSent) {
  const auto actor = spawn();
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_OK(runtime->send(actor, Number{i}));
  EXPECT_OK(runtime->stop());
  EXPECT_EQ(numbers().size(), 100u);
  EXPECT_EQ(runtime->send(actor, Number{}).code(), StatusCode::Closed);
}

TEST_F(Rounds, ALostDeviceIsToldEverywhere) {
  const auto actor = spawn();
  auto ask = runtime->ask<Number>(actor, Command{0, 1, {}});
  fake->lost = true;
  EXPECT_EQ(ask.get().status().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->send(actor, Number{}).code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->drain().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->spawn<Echo>().status().code(), StatusCode::DeviceLost);
}

TEST_F(Rounds, ManyAreMadeTogetherOrNone) {
  ring::RuntimeOptions tight;
  tight.maxActors = 4000;
  tight.stateBytes = 1500 * sizeof(Echo);
  make(tight);
  const auto numbered = [](std::size_t i) { return Echo{i}; };
  const auto made = runtime->spawnEach<Echo>(500, numbered);
  ASSERT_TRUE(made) << made.status().message();
  for (std::size_t i = 0; i < 500; ++i)
    ASSERT_EQ(runtime->state(made->at(i))->handled, i);
  for (int i = 0; i < 10; ++i) { // else entries were used up
    const Status status = runtime->spawnEach<Echo>(1030, numbered).status();
    EXPECT_EQ(status.code(), StatusCode::Exhausted);
    EXPECT_NE(status.message().find("`RuntimeOptions::stateBytes`"), std::string::npos)
        << status.message();
  }
  EXPECT_EQ(runtime->spawnMany<Echo>(3501).status().message(),
            "3501 actors are to be made and 500 of 4000 are in use; set "
            "`RuntimeOptions::maxActors`");
  EXPECT_TRUE(runtime->spawnMany<Echo>(0));
  EXPECT_EQ(runtime->statistics().spawned, 500u);
  EXPECT_OK(runtime->send(made->back(), Command{0, 3, {}}));
  EXPECT_OK(runtime->drain());
  EXPECT_EQ(numbers(), std::vector<std::uint64_t>{3});
  fake->lost = true;
  EXPECT_OK(runtime->send(made->back(), Command{0, 3, {}}));
  EXPECT_EQ(runtime->drain().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->spawnMany<Echo>(5).status().code(), StatusCode::DeviceLost);
}

TEST_F(Rounds, OrdersTakeTheirPlaceBetweenMessages) {
  const auto one = spawn(), other = spawn();
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_OK(runtime->send(one, Command{0, i, {}}));
    EXPECT_OK(runtime->send(other, Command{0, 10 + i, {}}));
  }
  EXPECT_OK(runtime->restart(one)); // runs a round before it
  EXPECT_EQ(runtime->state(one)->handled, 0u);
  EXPECT_EQ(runtime->state(other)->handled, 3u);
  EXPECT_EQ(runtime->statistics().rounds, 1u) << "an order alone needs none";
  EXPECT_OK(runtime->send(one, Command{2, 7, {}})); // fails
  EXPECT_OK(runtime->send(one, Command{0, 8, {}}));
  EXPECT_OK(runtime->restart(one));
  EXPECT_EQ(runtime->ask<Number>(one, Command{0, 4, {}}).get().value().value, 4u);
  EXPECT_EQ(runtime->state(one)->handled, 1u);
  EXPECT_OK(runtime->send(one, Command{2, 7, {}}));
  EXPECT_OK(runtime->kill(one)); // of one that fails just before
  EXPECT_EQ(runtime->kill(one).code(), StatusCode::NotFound);
  EXPECT_EQ(runtime->restart(one).code(), StatusCode::NotFound);
  EXPECT_EQ(runtime->ask<Number>(one, Command{0, 4, {}}).get().status().code(), StatusCode::Closed);
  const ring::Statistics statistics = runtime->statistics();
  EXPECT_EQ(statistics.deadLetters, 2u);
  EXPECT_EQ(statistics.killed, 1u);
  EXPECT_EQ(statistics.restarted, 2u);
  EXPECT_OK(runtime->stop());
  EXPECT_EQ(runtime->kill(other).code(), StatusCode::Closed);
}

TEST_F(Rounds, ARoundThatDoesNotEndIsStuck) {
  const auto actor = spawn();
  EXPECT_TRUE(runtime->health(std::chrono::nanoseconds(0)).value().stuck.empty());
  fake->isHeld = true;
  EXPECT_OK(runtime->send(actor, Command{0, 5, {}}));
  std::thread other([&] { EXPECT_OK(runtime->kill(actor)); });
  while (runtime->health(std::chrono::milliseconds(5)).value().stuck.empty())
    std::this_thread::yield(); // until the other thread's round is under way
  const ring::Health health = runtime->health(std::chrono::milliseconds(5)).value();
  EXPECT_EQ(health.shards, 1u);
  ASSERT_EQ(health.stuck.size(), 1u);
  EXPECT_FALSE(health.stuck[0].actor.has_value());
  fake->isHeld = false;
  fake->isHeld.notify_all();
  other.join();
  EXPECT_TRUE(runtime->health(std::chrono::seconds(30)).value().stuck.empty());
  EXPECT_EQ(numbers(), std::vector<std::uint64_t>{5});
}

TEST_F(Rounds, AnOrderToALostDeviceIsAnswered) {
  const auto actor = spawn();
  EXPECT_OK(runtime->send(actor, Command{0, 5, {}}));
  fake->lost = true;
  EXPECT_EQ(runtime->kill(actor).code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->restart(actor).code(), StatusCode::DeviceLost);
}

TEST_F(Rounds, ModulesWithoutTheLanguageAreRefused) {
  auto made = ring::Runtime::create({}, std::make_unique<FakeDevice>(), ring::ShaderLanguage::Msl);
  ASSERT_TRUE(made);
  const Status status = made->spawn<Echo>().status();
  EXPECT_EQ(status.code(), StatusCode::Unsupported);
  EXPECT_NE(status.message().find("`msl`"), std::string::npos) << status.message();
}

TEST_F(Rounds, StatesAndFieldsMoveToLargerArenas) {
  auto first = runtime->field<float>({1000});
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = float(i);
  EXPECT_OK(first->upload(values));
  auto second = runtime->field<float>({100000}); // more than the first arena
  ASSERT_TRUE(second) << second.status().message();
  std::vector<float> back(1000);
  EXPECT_OK(first->download(back));
  EXPECT_EQ(back, values);
  EXPECT_EQ(runtime->field<float>({1 << 20}).status().code(), StatusCode::Exhausted);
  second = runtime->field<float>({10});
  std::vector<float> zero(10, 1.0f);
  EXPECT_OK(second->download(zero));
  EXPECT_EQ(zero, std::vector<float>(10, 0.0f));
}

TEST_F(Rounds, SweepsGetTheirParameterBlock) {
  auto in = runtime->field<float>({300}), out = runtime->field<float>({300});
  std::vector<float> values(300, 2.0f), result(300);
  EXPECT_OK(in->upload(values));
  EXPECT_OK(runtime->sweep<rounds::scale>(*in, *out, true, -3, 40000));
  EXPECT_OK(runtime->finish());
  EXPECT_OK(out->download(result));
  EXPECT_EQ(result, std::vector<float>(300, 39994.0f));
}

TEST_F(Rounds, KernelsGetTheirBuffersAndBlock) {
  auto in = runtime->buffer<std::uint8_t>(5);
  auto out = runtime->buffer<std::uint32_t>(6);
  const std::vector<std::uint8_t> bytes{250, 1, 2, 3, 4};
  EXPECT_OK(in->upload(bytes));
  std::vector<std::uint8_t> back(5);
  EXPECT_OK(in->download(back));
  EXPECT_EQ(back, bytes);
  EXPECT_OK(runtime->launch<rounds::fillSpan>(ring::Grid{1}, *in, *out, -1));
  std::vector<std::uint32_t> result(6);
  EXPECT_OK(out->download(result));
  EXPECT_EQ(result, (std::vector<std::uint32_t>{249, 0, 1, 2, 3, 7}));
  EXPECT_EQ(runtime->launch<rounds::fillSpan>(ring::Grid{70000}, *in, *out, 0).code(),
            StatusCode::InvalidArgument);
}

TEST_F(Rounds, CountsOf32BitsAreRefusedAtTheLaunch) {
  fake->grow(std::uint64_t(1) << 32, 1u << 27);
  auto out = runtime->buffer<std::uint32_t>(6);
  const auto launch = [&](std::size_t elements, std::int32_t blocks) {
    auto in = runtime->buffer<std::uint8_t>(elements);
    EXPECT_TRUE(in) << in.status().message();
    return runtime->launch<rounds::fillSpan>(ring::Grid{blocks}, *in, *out, 0);
  };
  const std::size_t most = kMaxLaunchCount;
  EXPECT_OK(launch(most, 1));
  EXPECT_OK(launch(1, (1 << 26) - 1)); // blocks of 32 threads
  EXPECT_EQ(fake->submitted, 2u);
  EXPECT_EQ(launch(most + 1, 1).message(),
            "`in` of `rounds::fillSpan` has 2147483648 elements; this device counts to 2147483647");
  EXPECT_EQ(launch(1, 1 << 26).message(),
            "the grid of `rounds::fillSpan` has 2147483648 threads along one axis; this device "
            "counts to 2147483647");
  EXPECT_EQ(fake->submitted, 2u);
}

} // namespace
