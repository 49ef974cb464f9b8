// RUN: %ringc --emit=ir %s | FileCheck %s
// A template actor with an array as state, regions with lambdas and function objects, erfc and sqrt.
#include <ringkernel/ring.h>
#include <array>
#include <cmath>
struct [[ring::message]] Sample { double value; std::uint64_t index; };
struct [[ring::message]] Score { double value; };
template <class T> class [[ring::actor(ring::Scope::Warp)]] Gaussian {
public:
  static constexpr std::uint32_t window = 6400;
  [[ring::handler]] void on(const Sample& s, ring::Context& ctx) {
    const T x = static_cast<T>(s.value);
    T score = 0;
    if (count > 0) {
      const T deviation = std > T(0) ? std : T(1e-6);
      score = 1 - q(std::abs(x - mean) / deviation);
    }
    push(x);
    if (count < window || pending == 100) refresh(ctx);
    ctx.reply(Score{score});
  }
private:
  static T q(T z) { return std::erfc(z / std::sqrt(T(2))) / 2; }
  void push(T x) { values[head] = x; head = (head + 1) % window; if (count < window) ++count; else pending++; }
  void refresh(ring::Context& ctx) {
    const std::uint32_t n = count;
    mean = ctx.reduce(n, T(0), ring::Plus{}, [&](std::uint32_t i) { return values[i]; }) / n;
    const T variance = ctx.reduce(n, T(0), [](T a, T b) { return a + b; }, [&](auto i) {
      const T d = values[i] - mean;
      return d * d; }) / n;
    std = std::sqrt(variance);
    pending = 0;
    ctx.parallelFor(n, [&](auto i) { values[i] = values[i] * T(2); });
  }
  std::array<T, window> values{};
  T mean = 0, std = 0;
  std::uint32_t head = 0, count = 0, pending = 0;
};
template class Gaussian<float>;
template class Gaussian<double>;

// CHECK: func device "Gaussian<float>::q" "(float)" (let %z: f32) -> f32
// CHECK-NEXT: return (erfc((%z / sqrt(2.0f32))) / 2.0f32)
// CHECK-NEXT: }
// CHECK: func device "Gaussian<float>::push" "(float) [state]" (ref state %self: "Gaussian<float>", let %x: f32)
// CHECK-NEXT: %self.values[%self.head] = %x
// CHECK-NEXT: %self.head = ((%self.head + 1u32) % 6400u32)
// CHECK-NEXT: if (%self.count < 6400u32)
// CHECK-NEXT: %self.count = (%self.count + 1u32)
// CHECK-NEXT: } else
// CHECK-NEXT: %self.pending = (%self.pending + 1u32)
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK: func device "Gaussian<float>::refresh" "(ring::Context &) [state]" (ref state %self: "Gaussian<float>", let %ctx: context)
// CHECK-NEXT: let %n: u32 = %self.count
// CHECK-NEXT: let %reduced: f32 = reduce let %i: u32 < %n from 0.0f32
// CHECK-NEXT: } yield %self.values[%i] combine let %a: f32, let %b: f32
// CHECK-NEXT: } yield (%a + %b)
// CHECK-NEXT: %self.mean = (%reduced / f32(%n))
// CHECK-NEXT: let %reduced.1: f32 = reduce let %i.1: u32 < %n from 0.0f32
// CHECK-NEXT: let %d: f32 = (%self.values[%i.1] - %self.mean)
// CHECK-NEXT: } yield (%d * %d) combine let %a.1: f32, let %b.1: f32
// CHECK-NEXT: } yield (%a.1 + %b.1)
// CHECK-NEXT: let %variance: f32 = (%reduced.1 / f32(%n))
// CHECK-NEXT: %self.std = sqrt(%variance)
// CHECK-NEXT: %self.pending = 0u32
// CHECK-NEXT: parallel let %i.2: u32 < %n
// CHECK-NEXT: %self.values[%i.2] = (%self.values[%i.2] * 2.0f32)
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK: func handler "Gaussian<float>::on" "(const Sample &, ring::Context &)" (ref state %self: "Gaussian<float>", ref const message %s: "Sample", let %ctx: context)
// CHECK-NEXT: let %x: f32 = f32(%s.value)
// CHECK-NEXT: var %score: f32 = 0.0f32
// CHECK-NEXT: if (%self.count > 0u32)
// CHECK-NEXT: let %deviation: f32 = select((%self.std > 0.0f32), %self.std, 1e-06f32)
// CHECK-NEXT: let %q: f32 = call "Gaussian<float>::q"((abs((%x - %self.mean)) / %deviation))
// CHECK-NEXT: %score = (1.0f32 - %q)
// CHECK-NEXT: }
// CHECK-NEXT: call "Gaussian<float>::push"(&%self, %x)
// CHECK-NEXT: if ((%self.count < 6400u32) || (%self.pending == 100u32))
// CHECK-NEXT: call "Gaussian<float>::refresh"(&%self, &%ctx)
// CHECK-NEXT: }
// CHECK-NEXT: reply "Score"{f64(%score)}
// CHECK-NEXT: }
// CHECK: func device "Gaussian<double>::q" "(double)" (let %z: f64) -> f64
// CHECK: func device "Gaussian<double>::push" "(double) [state]" (ref state %self: "Gaussian<double>", let %x: f64)
// CHECK: func device "Gaussian<double>::refresh" "(ring::Context &) [state]" (ref state %self: "Gaussian<double>", let %ctx: context)
// CHECK: func handler "Gaussian<double>::on" "(const Sample &, ring::Context &)" (ref state %self: "Gaussian<double>", ref const message %s: "Sample", let %ctx: context)
