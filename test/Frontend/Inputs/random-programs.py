# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes random kernels without undefined or unspecified behaviour, and a host program that runs them.

random-programs.py SEED COUNT KERNELS.ring.h MAIN.cpp: the host program prints what `ir-run` prints for
the same kernels, so the two are compared as text. Effects stand wherever C++17 gives an order: the
generator knows what each expression reads and writes, and never puts a conflict where there is none.
"""

import random
import sys

PRELUDE = """#pragma once
#include <ringkernel/ring.h>
#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

struct Point {
  std::uint32_t x = 3, y = x + 1;
  Point& operator+=(const Point& o) { x += o.x; y ^= o.y; return *this; }
  Point operator*(std::uint32_t k) const { return Point{x * k, y + k}; }
  std::uint32_t sum() const { return x + y; }
  std::uint32_t& slot() { return y; }
};
struct Pair { std::uint32_t first, second; };
struct Box { Point corner; std::uint8_t small; std::array<std::uint32_t, 4> items; };

inline std::uint32_t bump(std::uint32_t& v) { v += 7u; return v ^ 5u; }
inline std::uint32_t mix(std::uint32_t a, const std::uint32_t& b) { return a * 31u + b; }
inline std::uint32_t early(std::uint32_t a) {
  if (a % 3u == 0u) return a / 3u;
  for (std::uint32_t i = 0; i < 4u; ++i) {
    if (a == i) return 100u + i;
    switch (a & 3u) { case 1: a >>= 1; break; case 2: return a; default: a += 5u; }
  }
  return a;
}
inline std::uint32_t count(std::uint32_t a) { return static_cast<std::uint32_t>(std::popcount(a)); }
template <class F> inline std::uint32_t twice(F f, std::uint32_t a) { return f(f(a)); }
template <int N> inline std::uint32_t rotate(std::uint32_t a) { return (a << N) | (a >> (32 - N)); }
"""
NOTHING = (frozenset(), frozenset())


class Program:
    def __init__(self, number):
        self.number = number
        self.scalars = []  # assignable std::uint32_t
        self.fixed = []  # loop counters and the like: read only
        self.names = 0
        self.lines = []
        self.depth = 1

    def name(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def put(self, line):
        self.lines.append("  " * self.depth + line)

    # Every expression is (text, (reads, writes)); its type is std::uint32_t.
    def place(self, level):
        kind = random.random()
        if kind < 0.5:
            v = random.choice(self.scalars)
            return v, (frozenset([v]), frozenset()), v
        if kind < 0.7:
            i = self.expr(level - 1)
            return f"a[{i[0]} & 7u]", (i[1][0] | {"a"}, i[1][1]), "a"
        if kind < 0.8:
            i = self.expr(level - 1)
            return f"box.items[({i[0]}) % box.items.size()]", (i[1][0] | {"box"}, i[1][1]), "box"
        v = random.choice(["p.x", "p.y", "q.x", "q.y", "box.corner.y"])
        root = v.split(".")[0]
        return v, (frozenset([root]), frozenset()), root

    def pure(self):
        v = random.choice(self.scalars + self.fixed + [f"{random.randrange(200)}u", "p.x", "a[2]", "q.sum()"])
        roots = {"p.x": "p", "a[2]": "a", "q.sum()": "q"}
        return v, (frozenset([roots.get(v, v)]), frozenset())

    def unsequenced(self, level):
        a = self.expr(level - 1)
        b = self.expr(level - 1)
        conflict = (a[1][1] & (b[1][0] | b[1][1])) or (b[1][1] & a[1][0])
        if conflict:
            b = (f"{random.randrange(1, 90)}u", NOTHING)
        return a, b, (a[1][0] | b[1][0], a[1][1] | b[1][1])

    def expr(self, level):
        if level <= 0:
            return self.pure()
        join = lambda *es: (frozenset().union(*(e[1][0] for e in es)), frozenset().union(*(e[1][1] for e in es)))
        kind = random.randrange(17)
        if kind < 4:
            a, b, effects = self.unsequenced(level)
            return f"({a[0]} {random.choice('+-*&|^')} {b[0]})", effects
        if kind == 4:
            a, b, effects = self.unsequenced(level)
            return f"({a[0]} {random.choice('/%')} (({b[0]} & 15u) + 1u))", effects
        if kind == 5:
            a, b = self.expr(level - 1), self.expr(level - 1)
            return f"({a[0]} {random.choice(['<<', '>>'])} ({b[0]} & 31u))", join(a, b)
        if kind == 6:
            a, b, c = (self.expr(level - 1) for _ in range(3))
            return f"(({a[0]}) % 3u == 1u ? {b[0]} : {c[0]})", join(a, b, c)
        if kind == 7:
            a, b = self.expr(level - 1), self.expr(level - 1)
            op = random.choice(["&&", "||"])
            return f"(std::uint32_t)(({a[0]}) > 40u {op} ({b[0]}) < 900u)", join(a, b)
        if kind == 8:
            text, effects, root = self.place(level)
            op = random.choice(["++{}", "{}++", "--{}", "{}--"])
            return f"({op.format(text)})", (effects[0], effects[1] | {root})
        if kind == 9:
            value = self.expr(level - 1)
            text, effects, root = self.place(level - 1)
            op = random.choice(["=", "+=", "^=", "<<="])
            if op == "<<=":
                value = (f"({value[0]} & 7u)", value[1])
            return f"({text} {op} {value[0]})", (effects[0] | value[1][0], effects[1] | value[1][1] | {root})
        if kind == 10:
            text, effects, root = self.place(level - 1)
            return f"bump({text})", (effects[0], effects[1] | {root})
        if kind == 11:
            a, b, effects = self.unsequenced(level)
            return f"mix({a[0]}, {b[0]})", effects
        if kind == 12:
            a = self.expr(level - 1)
            return f"{random.choice(['early', 'rotate<5>', '~', 'count'])}({a[0]})", a[1]
        if kind == 13:
            a, b = self.expr(level - 1), self.expr(level - 1)
            return f"Pair{{{a[0]}, {b[0]}}}.{random.choice(['first', 'second'])}", join(a, b)
        if kind == 14:
            a, b = self.expr(level - 1), self.expr(level - 1)
            return f"({a[0]}, {b[0]})", join(a, b)
        if kind == 15:
            a, b, effects = self.unsequenced(level)
            return f"std::{random.choice(['min', 'max'])}<std::uint32_t>({a[0]}, {b[0]})", effects
        a = self.expr(level - 1)
        return f"(std::uint32_t)(std::uint8_t)({a[0]})", a[1]

    def text(self, level=3):
        return self.expr(level)[0]

    def block(self, statements, level):
        self.depth += 1
        known = (len(self.scalars), len(self.fixed))
        for _ in range(statements):
            self.stmt(level)
        del self.scalars[known[0]:], self.fixed[known[1]:]
        self.depth -= 1

    def stmt(self, level):
        kind = random.randrange(18 if level > 0 else 9)
        if kind < 4:
            self.put(f"{self.place(2)[0]} {random.choice(['=', '+=', '-=', '^='])} {self.text()};")
        elif kind == 4:
            v = self.name("v")
            self.put(f"std::uint32_t {v} = {self.text()};")
            self.scalars.append(v)
        elif kind == 5:
            self.put(random.choice([
                f"p += q * {random.randrange(9)}u;", "q = p;", "std::swap(p, q);", "std::swap(a[1], a[6]);",
                f"box.items.fill({self.text(1)});", f"box.small += {self.text(2)};", "box.corner = q;",
                f"q = Point{{{self.text(2)}}};", f"p.slot() = {self.text(2)};", "a[0] += box.small;"]))
        elif kind == 6:
            r = self.name("r")
            self.put(f"{{ auto& {r} = a[{self.text(2)} & 7u]; {r} += {random.choice(self.scalars)}; {random.choice(self.scalars)} ^= {r}; }}")
        elif kind == 7:
            f, v = self.name("f"), random.choice(self.scalars)
            self.put(f"{{ const auto {f} = [&](std::uint32_t n) {{ if (n > 90u) return n - {v}; {v} += 3u; return n * 2u; }};")
            self.put(f"  {random.choice(self.scalars)} = {random.choice([f'{f}({self.text(1)})', f'twice({f}, 17u)'])}; }}")
        elif kind == 8:
            f, v = self.name("f"), random.choice(self.scalars)
            self.put(f"{{ auto {f} = [{v}, k = {self.text(1)}](std::uint32_t n) mutable {{ k += n; return k ^ {v}; }};")
            self.put(f"  {v} = {f}(3u); a[3] = {f}({v}); }}")
        elif kind < 11:
            self.put(f"if ({self.text()} & 1u) {{")
            self.block(2, level - 1)
            if random.random() < 0.5:
                self.put("} else {")
                self.block(2, level - 1)
            self.put("}")
        elif kind < 13:
            i = self.name("i")
            self.put(f"for (std::uint32_t {i} = 0, e = {self.text(1)} & 3u; {i} < e + 1u; ++{i}) {{")
            self.fixed.append(i)
            self.block(2, level - 1)
            self.depth += 1
            self.put(f"if ({self.text(1)} % 5u == 0u) {random.choice(['break', 'continue'])};")
            self.depth -= 1
            self.block(1, level - 1)
            self.fixed.remove(i)
            self.put("}")
        elif kind == 13:
            i = self.name("i")
            self.put(f"{{ std::uint32_t {i} = 0; while ({i}++ < 3u && ({self.text(2)}) != 7u) {{")
            self.block(2, level - 1)
            self.put(f"  if (({self.text(1)}) & 2u) continue; a[5] += {i};")
            self.put("} }")
        elif kind == 14:
            i = self.name("i")
            self.put(f"{{ std::uint32_t {i} = 0; do {{")
            self.block(1, level - 1)
            self.put(f"  if (({self.text(1)}) & 4u) continue; a[4] ^= {i} + 9u;")
            self.put(f"}} while (++{i} < 3u && bump({random.choice(self.scalars)}) > 10u); }}")
        elif kind == 15:
            self.put(f"switch (({self.text(2)}) % 5u) {{")
            for label in ["case 0:", "case 1: case 3:", "default:"]:
                self.put(f"{label} {{")
                self.block(1, level - 1)
                self.put("} break;")
            self.put("}")
        elif kind == 16:
            v = self.name("v")
            self.put(f"for (auto{random.choice(['', '&'])} {v} : {random.choice(['a', 'box.items'])}) {{ {v} += 1u; {random.choice(self.scalars)} += {v}; }}")
        else:
            x, y = self.name("x"), self.name("y")
            self.put(f"{{ auto{random.choice(['', '&'])} [{x}, {y}] = {random.choice(['p', 'q'])}; {x} += {y}; s ^= {x}; }}")

    def write(self):
        self.put("std::uint32_t s = 1u, t = 22u, u = 333u;")
        self.put("std::uint32_t a[8] = {1u, 2u, 3u, 5u, 8u};")
        self.put("Point p, q{7u}; Box box{{}, 200, {}};")
        self.scalars = ["s", "t", "u"]
        for _ in range(9):
            self.stmt(2)
        self.put("const std::uint32_t all[] = {s, t, u, p.x, p.y, q.x, q.y, box.corner.x, box.corner.y, box.small};")
        self.put("for (std::uint32_t i = 0; i < 40u; ++i)")
        self.put("  out[i] = i < 10u ? all[i] : i < 18u ? a[i - 10u] : i < 22u ? box.items[i - 18u] : 0u;")
        body = "\n".join(self.lines)
        return f"[[ring::kernel(1)]] inline void k{self.number}(std::span<std::uint32_t> out) {{\n{body}\n}}\n"


def main(seed, count, kernels, host):
    random.seed(int(seed))
    with open(kernels, "w", encoding="utf-8") as file:
        file.write(PRELUDE)
        for i in range(int(count)):
            file.write(Program(i).write())
    calls = "\n".join(f'  run("k{i}", k{i});' for i in range(int(count)))
    with open(host, "w", encoding="utf-8") as file:
        file.write(f"""#include "{kernels}"
#include <cstdio>
static void run(const char* name, void (*kernel)(std::span<std::uint32_t>)) {{
  std::uint32_t out[40];
  kernel(out);
  std::printf("%s %%out:", name);
  for (std::uint32_t v : out)
    std::printf(" %u", v);
  std::printf("\\n");
}}
int main() {{
{calls}
}}
""")


if __name__ == "__main__":
    main(*sys.argv[1:])
