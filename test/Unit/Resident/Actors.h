// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The handlers, and what a composed program says of them (runtime/backend/cuda/Program.cpp). To be
// included in the namespace of a configuration, behind context.cuh.

template <uint32_t N> struct Words {
  Item item;
  uint32_t words[N];
};
typedef Words<RING_TEST_ITEM_WORDS> FullItem;

inline void count(Count& state, const Item& item) {
  const uint32_t sender = item.sender % kSenders;
  ++state.received;
  if (item.number < state.due[sender]) {
    ++state.outOfOrder; // or twice
  } else {
    state.lost += item.number - state.due[sender];
    state.due[sender] = item.number + 1;
  }
}
inline bool isDamaged(const FullItem& item, uint32_t i) {
  return item.words[i] != wordOf(item.item.sender, item.item.number, i);
}

inline void onItem(Count& state, const FullItem& item) {
  count(state, item.item);
  for (uint32_t i = 0; i < RING_TEST_ITEM_WORDS; ++i)
    state.damaged += isDamaged(item, i) ? 1 : 0;
}

/// Each lane looks at its words; one counts.
inline void onItemOfWarp(Count& state, const FullItem& item) {
  uint32_t damaged = 0;
  for (uint32_t first = 0; first < RING_TEST_ITEM_WORDS; first += 32) {
    const uint32_t i = first + threadIdx.x % 32;
    damaged +=
        __popc(__ballot_sync(ring_kAllLanes, i < RING_TEST_ITEM_WORDS && isDamaged(item, i)));
  }
  if (threadIdx.x % 32 == 0) {
    count(state, item.item);
    state.damaged += damaged;
  }
}

struct BlockDamage {
  uint32_t ofWarp[ring_abi::kWarpsPerBlock];
};
inline void onItemOfBlock(Count& state, const FullItem& item) {
  BlockDamage& damage = ring_blockShared<BlockDamage>();
  const uint32_t i = threadIdx.x;
  const uint32_t bad =
      __ballot_sync(ring_kAllLanes, i < RING_TEST_ITEM_WORDS && isDamaged(item, i));
  if (i % 32 == 0)
    damage.ofWarp[i / 32] = __popc(bad);
  ring_syncBlock();
  if (i != 0)
    return;
  count(state, item.item);
  for (const uint32_t damaged : damage.ofWarp)
    state.damaged += damaged;
}

inline void onGenerate(Fan& state, const Generate& generate, ring_Context& ctx) {
  if (generate.left == 0)
    return;
  FullItem item;
  item.item = {state.sender, state.sent++};
  for (uint32_t i = 0; i < RING_TEST_ITEM_WORDS; ++i)
    item.words[i] = wordOf(item.item.sender, item.item.number, i);
  for (uint32_t i = 0; i < state.targetCount; ++i)
    ring_postSend(ctx, state.targets[i], kItem, item);
  ring_postSend(ctx, ring_self(ctx), kGenerate, Generate{generate.left - 1});
}

inline void onEvent(Stage& state, const Event& event, ring_Context& ctx) {
  ++state.passed;
  state.outOfOrder += event.number != state.due ? 1 : 0;
  state.due = event.number + 1;
  if (event.hops > 0)
    ring_postSend(ctx, state.next, kEvent, Event{event.number, event.hops - 1});
}

inline void onGenerate(Generator& state, const Generate& generate, ring_Context& ctx) {
  uint32_t left = generate.left;
  for (uint32_t i = 0; i < 4 && left > 0; ++i, --left)
    ring_postSend(ctx, state.first, kEvent, Event{state.made++, 3});
  if (left > 0)
    ring_postSend(ctx, ring_self(ctx), kGenerate, Generate{left});
}

inline void onGust(Whirl& state, const Gust& gust, ring_Context& ctx) {
  ++state.received;
  const uint32_t way = gust.way % 3;
  if (gust.number < state.due[way])
    ++state.outOfOrder;
  else
    state.due[way] = gust.number + 1;
  for (uint32_t i = 0; gust.left > 0 && i < 4; ++i)
    ring_postSend(ctx, state.targets[i % 2], kGust,
                  Gust{gust.left - 1, i % 2, state.sent[i % 2]++});
}

inline void onPoke(Mortal& state, const Poke& poke, ring_Context& ctx) {
  ++state.handled;
  if (poke.deed == Deed::Fail)
    ring_fail(ctx, poke.number);
  ring_postReply(ctx, kPoke, poke);
  if (poke.deed == Deed::Stop)
    ring_stop(ctx);
}

inline ring_u32 ring_scopeOf(ring_u32 type) {
  return type == kWarpCounter                        ? ring_kWarpScope
         : type == kBlockCounter                     ? ring_kBlockScope
         : type < static_cast<uint32_t>(kActorKinds) ? ring_kThreadScope
                                                     : ring_kNoScope;
}
/// A handler's number is that of its message.
inline ring_u32 ring_handlerOf(ring_u32 type, ring_u32 message) {
  const auto among = [&](std::initializer_list<ring_u32> handled) {
    for (const ring_u32 one : handled)
      if (one == message)
        return message;
    return ring_kNoHandler;
  };
  switch (type) {
  case kEcho:
    return among({kPing});
  case kCounter:
  case kWarpCounter:
  case kBlockCounter:
    return among({kItem, kPing});
  case kFan:
    return among({kLink, kGenerate});
  case kGenerator:
    return among({kGenerate});
  case kStage:
    return among({kEvent});
  case kWhirl:
    return among({kLink, kGust});
  case kMortal:
    return among({kPoke});
  }
  return ring_kNoHandler;
}
inline bool ring_isReadOnly(ring_u32 type, ring_u32) { return type == kEcho; }
/// Handlers that may send more than one message.
inline bool ring_makesMore(ring_u32, ring_u32 handler) {
  return handler == kGenerate || handler == kGust;
}

inline void onPing(const void* message, uint32_t add, ring_Context& ctx) {
  const Ping& ping = *(const Ping*)message;
  ring_postReply(ctx, kPong, Ping{ping.number, ping.word + add});
}
inline void onLink(uint32_t type, void* state, const Link& link) {
  if (type == kFan) {
    Fan& fan = *(Fan*)state;
    fan.targets[fan.targetCount++ % 4] = link.target;
  } else {
    Whirl& whirl = *(Whirl*)state;
    whirl.targets[whirl.targetCount++ % 2] = link.target;
  }
}

inline void ring_callThread(ring_u32 type, ring_u32 handler, void* state, const void* message,
                            ring_Context& ctx) {
  switch (handler) {
  case kPing:
    return onPing(message, type == kEcho ? 1 : ((Count*)state)->received, ctx);
  case kItem:
    return onItem(*(Count*)state, *(const FullItem*)message);
  case kLink:
    return onLink(type, state, *(const Link*)message);
  case kEvent:
    return onEvent(*(Stage*)state, *(const Event*)message, ctx);
  case kGenerate:
    return type == kFan ? onGenerate(*(Fan*)state, *(const Generate*)message, ctx)
                        : onGenerate(*(Generator*)state, *(const Generate*)message, ctx);
  case kGust:
    return onGust(*(Whirl*)state, *(const Gust*)message, ctx);
  case kPoke:
    return onPoke(*(Mortal*)state, *(const Poke*)message, ctx);
  }
}
inline void ring_callWarp(ring_u32, ring_u32 handler, void* state, const void* message,
                          ring_Context& ctx) {
  if (handler == kItem)
    onItemOfWarp(*(Count*)state, *(const FullItem*)message);
  else if (threadIdx.x % 32 == 0)
    onPing(message, ((Count*)state)->received, ctx);
}
inline void ring_callBlock(ring_u32, ring_u32 handler, void* state, const void* message,
                           ring_Context& ctx) {
  if (handler == kItem)
    onItemOfBlock(*(Count*)state, *(const FullItem*)message);
  else if (threadIdx.x == 0)
    onPing(message, ((Count*)state)->received, ctx);
}
