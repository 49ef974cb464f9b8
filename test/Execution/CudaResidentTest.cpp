// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On a GPU only: while the resident kernel runs, everything that may wait for the device is done
// through the public interface, and every call that the runtime makes of the driver, each within
// 5 s, with a message exchanged before and after. An operation that does not return is named, and
// the process ends: the kernel leaves by itself when the host's beat stops.
#include "Demo.ring.h"
#include "Kernels.ring.h"
#include "Traffic.ring.h"
#include "test/Execution/ResidentOperations.h"

namespace ring::test {
namespace {

using Operations = std::vector<Operation>;

constexpr std::size_t kSize = 1 << 20;

/// What the operations of one test have in common.
struct Pieces {
  explicit Pieces(Runtime& runtime) : runtime(runtime) {}
  Runtime& runtime;
  std::optional<Buffer<float>> x, y;
  std::optional<Field<float>> p, q;
  std::optional<Pinned<float>> pinned;
  std::optional<Stream> left, right;
  std::optional<Event> begin, end;
  std::optional<Graph> graph;
  std::vector<float> pageable = std::vector<float>(kSize, 1.0f);
  std::vector<Stream> many;
};

template <class T> Status keep(std::optional<T>& to, Result<T> made) {
  if (made)
    to.emplace(*std::move(made));
  return made.status();
}

Status onAll(std::vector<Stream>& streams, const std::function<Status(Stream&)>& give) {
  for (Stream& stream : streams)
    if (Status status = give(stream); !status)
      return status;
  return Status::ok();
}

Operations memoryAndKernels(Pieces& k) {
  Runtime& r = k.runtime;
  return {
      {"allocating a buffer", [&] { return keep(k.x, r.buffer<float>(kSize)); }},
      {"allocating another", [&] { return keep(k.y, r.buffer<float>(kSize)); }},
      {"allocating a field", [&] { return keep(k.p, r.field<float>({512, 512})); }},
      {"allocating another field", [&] { return keep(k.q, r.field<float>({512, 512})); }},
      {"uploading", [&] { return k.x->upload(k.pageable); }},
      {"a first launch", [&] { return r.launch<saxpy>(Grid{64}, *k.x, *k.y, 2.0f); }},
      {"a launch", [&] { return r.launch<saxpy>(Grid{64}, *k.x, *k.y, 2.0f); }},
      {"a first sweep", [&] { return r.sweep<wave>(*k.p, *k.q, 0.5f); }},
      {"finishing", [&] { return r.finish(); }},
      {"downloading", [&] { return k.y->download(k.pageable); }},
      {"pinning memory", [&] { return keep(k.pinned, r.pinned<float>(kSize)); }},
  };
}

Operations streamsAndEvents(Pieces& k) {
  Runtime& r = k.runtime;
  return {
      {"making a stream", [&] { return keep(k.left, r.stream()); }},
      {"making another stream", [&] { return keep(k.right, r.stream()); }},
      {"making an event", [&] { return keep(k.begin, r.event()); }},
      {"making another event", [&] { return keep(k.end, r.event()); }},
      {"recording", [&] { return k.left->record(*k.begin); }},
      {"uploading pageable memory", [&] { return k.left->upload(*k.x, k.pageable); }},
      {"uploading pinned memory", [&] { return k.left->upload(*k.x, k.pinned->values()); }},
      {"a launch on a stream", [&] { return k.left->launch<saxpy>(Grid{64}, *k.x, *k.y, 2.0f); }},
      {"a first launch on a stream",
       [&] {
         auto out = r.buffer<std::int32_t>(100);
         return out ? k.left->launch<kernels::mixed>(Grid{2}, *out, true, -1, 2, 0.5f)
                    : out.status();
       }},
      {"recording again", [&] { return k.left->record(*k.end); }},
      {"a stream that waits for an event", [&] { return k.right->wait(*k.end); }},
      {"downloading to pageable memory", [&] { return k.right->download(*k.y, k.pageable); }},
      {"downloading to pinned memory", [&] { return k.right->download(*k.y, k.pinned->values()); }},
      {"asking an event", [&] { return k.end->isDone().status(); }},
      {"waiting for an event", [&] { return k.end->wait(std::chrono::seconds(4)); }},
      {"the time between events", [&] { return k.end->since(*k.begin).status(); }},
      {"finishing a stream", [&] { return k.right->finish(); }},
  };
}

Operations graphsAndEnds(Pieces& k) {
  Runtime& r = k.runtime;
  return {
      {"capturing a graph",
       [&] {
         return keep(k.graph, r.capture([&](Stream& stream) -> Status {
           for (const Status& status : {stream.upload(*k.x, k.pageable), stream.record(*k.begin),
                                        stream.launch<saxpy>(Grid{64}, *k.x, *k.y, 0.5f),
                                        stream.sweep<wave>(*k.p, *k.q, 0.5f), stream.wait(*k.begin),
                                        stream.download(*k.y, k.pinned->values())})
             if (!status)
               return status;
           return Status::ok();
         }));
       }},
      {"launching a graph first", [&] { return k.graph->launch(*k.left); }},
      {"launching a graph", [&] { return k.graph->launch(*k.right); }},
      {"finishing a stream with a graph", [&] { return k.right->finish(); }},
      {"a graph's end, under way",
       [&] {
         const Status status = k.graph->launch(*k.left);
         k.graph.reset();
         return status;
       }},
      {"a quiet time", [&] { return r.withParked([&] { return k.x->upload(k.pageable); }); }},
      {"making 40 streams",
       [&] {
         for (int i = 0; i < 40; ++i)
           if (Result<Stream> made = r.stream(); made)
             k.many.push_back(*std::move(made));
           else
             return made.status();
         return Status::ok();
       }},
      {"launching on 40 streams",
       [&] {
         return onAll(k.many, [&](Stream& stream) {
           return stream.launch<saxpy>(Grid{8}, *k.x, *k.y, 0.0f);
         });
       }},
      {"finishing 40 streams",
       [&] { return onAll(k.many, [](Stream& stream) { return stream.finish(); }); }},
      {"the end of streams", [&] { return k.many.clear(), k.left.reset(), Status::ok(); }},
      {"the end of events", [&] { return k.begin.reset(), k.end.reset(), Status::ok(); }},
      {"freeing pinned memory", [&] { return k.pinned.reset(), Status::ok(); }},
      {"freeing a buffer that a stream uses",
       [&] {
         const Status status = k.right->launch<saxpy>(Grid{64}, *k.x, *k.y, 1.0f);
         k.y.reset();
         return status;
       }},
      {"freeing fields", [&] { return k.p.reset(), k.q.reset(), Status::ok(); }},
  };
}

Operations life(Runtime& r, ActorRef<FraudMonitor> actor) {
  return {
      {"spawning another type", [&] { return r.spawn<traffic::Register>(1u).status(); }},
      {"reading a state", [&r, actor] { return r.state(actor).status(); }},
      {"restarting", [&r, actor] { return r.restart(actor); }},
      {"asking for health", [&] { return r.health().status(); }},
      {"counting", [&] { return static_cast<void>(r.statistics()), Status::ok(); }},
      {"draining", [&] { return r.drain(); }},
  };
}

using CudaResident = ResidentOperations;

TEST_F(CudaResident, EveryPublicOperationReturns) {
  Pieces pieces(*runtime);
  for (const Operations& operations : {memoryAndKernels(pieces), streamsAndEvents(pieces),
                                       graphsAndEnds(pieces), life(*runtime, actor)})
    for (const Operation& operation : operations)
      ASSERT_TRUE(returns(operation)) << operation.name;
}

TEST_F(CudaResident, EveryCallOfTheDriverReturns) {
  DriverCalls calls;
  for (const Operation& operation : calls.parked()) {
    const Operation inQuiet{operation.name,
                            [&] { return runtime->withParked([&] { return operation.call(); }); }};
    ASSERT_TRUE(returns(inQuiet)) << operation.name;
  }
  for (const Operation& operation : calls.beside())
    ASSERT_TRUE(returns(operation)) << operation.name;
  for (const Operation& operation : calls.parkedEnds()) {
    const Operation inQuiet{operation.name,
                            [&] { return runtime->withParked([&] { return operation.call(); }); }};
    ASSERT_TRUE(returns(inQuiet)) << operation.name;
  }
}

/// No test: tells which calls need no quiet device on this driver, until the first that does.
TEST_F(CudaResident, DISABLED_WhichCallsReturnWithoutParking) {
  DriverCalls calls;
  for (const auto& operations : {calls.parked(), calls.beside(), calls.parkedEnds()})
    for (const Operation& operation : operations) {
      const auto begin = std::chrono::steady_clock::now();
      ASSERT_TRUE(returns(operation)) << operation.name;
      const std::chrono::duration<double, std::micro> taken =
          std::chrono::steady_clock::now() - begin;
      std::printf("%-40s %10.1f us with two messages\n", operation.name, taken.count());
    }
}

} // namespace
} // namespace ring::test
