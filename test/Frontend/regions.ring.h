// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
struct [[ring::message]] In { float x; std::uint32_t n; };
struct Writes { int by; void operator()(int i) const {} };
struct Pair { float x, y; };
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    ctx.parallelFor(std::uint16_t(4), [&](auto i) { table[i] = 0.0f; }); // expected-error {{a count of type 'std::uint16_t': it must be a 32-bit integer or 'std::uint64_t' [region-count]}}
    ctx.scan(std::uint16_t(4), 0u, ring::Plus{}, [](auto) { return 1u; }, [](auto, std::uint32_t) {}); // expected-error {{a count of type 'std::uint16_t': it must be a 32-bit integer or 'std::uint64_t' [region-count]}}
    ctx.parallelFor(4, Writes{3}); // expected-error {{a lambda can only be called or passed on, not stored or returned [refused-escaping-lambda]}}
    const Pair p = ctx.reduce(4u, Pair{}, [](Pair a, Pair) { return a; }, [](auto) { return Pair{}; }); // expected-error {{a reduction of other than numbers is not supported yet by this version of ringc}}
    ctx.parallelFor(in.n, [&](auto i) { helper(); });
  }
private:
  void helper() { throw 1; } // expected-error {{exceptions do not run on a device}}
  // expected-note@-4 {{'A::helper' is called here}} expected-note@-4 {{'lambda in A::on' is called here}} expected-note@-9 {{reached from handler 'A::on'}}
  float table[4] = {};
};
