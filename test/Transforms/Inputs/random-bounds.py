# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random handlers that index arrays, against what check-bounds makes of them.

usage: random-bounds.py RING-OPT IR-RUN FOLDER PROGRAMS SEED

ir-run ends with an error at an index out of its array. Behind check-bounds there is none, whatever was taken
for shown to be in range; and a program that had none before does the same as before. Prints how many programs
were checked and how many of them had failed without.
"""

import os
import random
import subprocess
import sys

HEAD = """module "m"
file 0 "m.h"
struct "ring::ActorId" size 8 align 4 {
  index: u32 at 0
  generation: u32 at 4
}
struct "M" size 12 align 4 {
  n: u32 at 0
  s: i32 at 4
  b: u8 at 8
}
struct "S" size 84 align 4 {
  v: array<u32, 16> at 0
  w: array<u32, 5> at 64
}
message "M"
actor "S" scope thread {
  handler "M" "on"
}
func handler "on" "()" (ref state %this: "S", ref const message %m: "M", let %ctx: context) {
"""


class Program:
    def __init__(self, rng):
        self.rng = rng
        self.lines = []
        self.locals = []  # (name, type, whether it may be stored to)
        self.count = 0

    def emit(self, depth, text):
        self.lines.append("  " * depth + text)

    def new(self, kind):
        self.count += 1
        return f"%x{self.count}" if kind else None

    def value(self, type, depth=0):
        """An expression of `type`, u32 or i32."""
        pick = self.rng.randrange(9 if depth < 3 else 4)
        names = [name for name, of, _ in self.locals if of == type]
        if pick <= 1 and names:
            return self.rng.choice(names)
        if pick == 2:
            return "%m.n" if type == "u32" else "%m.s"
        if pick == 3:
            return f"u32(%m.b)" if type == "u32" else "i32(%m.b)"
        if pick <= 4:
            number = self.rng.choice([0, 1, 2, 3, 4, 5, 7, 14, 15, 16, 17, 40])
            return f"{number}{type}" if self.rng.random() < 0.9 or type == "u32" else f"-{number + 1}{type}"
        if pick == 5:
            other = "i32" if type == "u32" else "u32"
            return f"{type}({self.value(other, depth + 1)})"
        left = self.value(type, depth + 1)
        if pick == 6:
            return f"({left} % {self.rng.choice([3, 5, 16, 17])}{type})"
        if pick == 7:
            return f"({left} & {self.rng.choice([3, 15, 31])}{type})"
        return f"({left} {self.rng.choice('+-*')} {self.value(type, depth + 1)})"

    def condition(self, depth=0):
        if depth < 2 and self.rng.random() < 0.35:
            op = self.rng.choice(["&&", "||"])
            return f"({self.condition(depth + 1)} {op} {self.condition(depth + 1)})"
        if depth < 2 and self.rng.random() < 0.15:
            return f"!{self.condition(depth + 1)}"
        if self.rng.random() < 0.2:
            return f"({self.element()} < {self.value('u32')})"
        if self.rng.random() < 0.25:
            return f"(u64({self.value('u32', 2)}) {self.rng.choice(['<', '<=', '>'])} {self.rng.choice([4, 16])}u64)"
        type = self.rng.choice(["u32", "i32"])
        op = self.rng.choice(["<", "<", "<=", ">", ">=", "==", "!="])
        return f"({self.value(type, 1)} {op} {self.value(type, 1)})"

    def element(self):
        type = self.rng.choice(["u32", "i32"])
        names = [name for name, of, _ in self.locals if of == type]
        index = self.value(type, 2)
        if names and self.rng.random() < 0.6:
            index = self.rng.choice(names)
        elif self.rng.random() < 0.5:
            index = f"(u32({index}) & {self.rng.choice([3, 15])}u32)"
        if not "%" in index and not "(" in index:
            index = "4u32"  # constants are checked by the verifier
        return f"%this.{self.rng.choice('vvvvw')}[{index}]"

    def block(self, depth, statements):
        known = len(self.locals)
        for _ in range(statements):
            self.statement(depth)
        del self.locals[known:]

    def statement(self, depth):
        pick = self.rng.randrange(12)
        stored = [local for local in self.locals if local[2]]
        if pick <= 1 or not self.locals:
            type = self.rng.choice(["u32", "i32"])
            name = self.new(type)
            is_var = self.rng.random() < 0.6
            self.emit(depth, f"{'var' if is_var else 'let'} {name}: {type} = {self.value(type)}")
            self.locals.append((name, type, is_var))
        elif pick <= 3 and stored:
            name, type, _ = self.rng.choice(stored)
            self.emit(depth, f"{name} = {self.value(type)}")
        elif pick <= 6:
            value = self.rng.choice([self.value("u32"), self.element()])
            self.emit(depth, f"{self.element()} = {value}")
        elif pick == 7 and depth < 4:
            self.emit(depth, f"if {self.condition()} {{")
            self.block(depth + 1, self.rng.randrange(1, 4))
            if self.rng.random() < 0.15:
                self.emit(depth + 1, "return")
            if self.rng.random() < 0.4:
                self.emit(depth, "} else {")
                self.block(depth + 1, self.rng.randrange(1, 3))
            self.emit(depth, "}")
        elif pick == 8:
            self.emit(depth, f"%this.w[1u32] = select({self.condition()}, {self.element()}, {self.element()})")
        elif pick <= 10 and depth < 3:
            self.loop(depth)
        elif depth < 3:
            name = self.new("u32")
            self.emit(depth, f"parallel let {name}: u32 < ({self.value('u32', 1)} % 20u32) {{")
            self.locals.append((name, "u32", False))
            # Only what no other index writes may be written; ir-run does not mind.
            self.block(depth + 1, 1) if self.no_return() else None
            self.locals.pop()
            self.emit(depth, "}")

    def no_return(self):
        self.emit(3, f"{self.element()} = {self.value('u32')}")
        return False

    def loop(self, depth):
        type = self.rng.choice(["u32", "i32"])
        name = self.new(type)
        limit = self.rng.choice([f"{self.rng.choice([4, 5, 15, 16, 17])}{type}", f"({self.value(type, 1)} % 20{type})"])
        start = self.rng.choice([0, 0, 1, 3])
        first, test, step = f"{start}{type}", f"({name} < {limit})", f"({name} + {self.rng.choice([1, 1, 2])}{type})"
        if self.rng.random() < 0.3:
            first = f"{self.rng.choice([4, 15, 16])}{type}"
            test = f"({name} > 0{type})" if type == "u32" else f"({name} >= 0i32)"
            step = f"({name} - 1{type})"
        if self.rng.random() < 0.25:
            test = f"({test} && {self.condition(1)})"
        self.emit(depth, "loop init {")
        self.emit(depth + 1, f"var {name}: {type} = {first}")
        self.emit(depth, f"}} while {test} step {{")
        if self.rng.random() < 0.15:
            self.emit(depth + 1, f"{self.element()} = {name if type == 'u32' else '1u32'}")
        self.emit(depth + 1, f"{name} = {step}")
        self.emit(depth, "} do {")
        self.locals.append((name, type, False))
        self.block(depth + 1, self.rng.randrange(1, 4))
        self.locals.pop()
        if self.rng.random() < 0.2 and ">" not in test:
            self.emit(depth + 1, f"{name} = ({name} + 1{type})")
        self.emit(depth, "}")

    def text(self):
        self.block(1, self.rng.randrange(2, 7))
        return HEAD + "\n".join(self.lines) + "\n}\n"


def main():
    ring_opt, ir_run, folder, programs, seed = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
    os.makedirs(folder, exist_ok=True)
    had_failed = 0
    for number in range(programs):
        source = os.path.join(folder, f"{number}.ir")
        with open(source, "w") as file:
            file.write(Program(random.Random(seed * 1000003 + number)).text())
        current = source
        for index, name in enumerate(["check-bounds", "serialize-parallel", "lower-fail"]):
            made = os.path.join(folder, f"{number}.{index}.ir")
            done = subprocess.run([*ring_opt.split(), f"--pass={name}", current, "-o", made], capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{source}: {name}: {done.stderr}")
            current = made
        before = subprocess.run([ir_run, source], capture_output=True, text=True)
        after = subprocess.run([ir_run, "--fail-continues", current], capture_output=True, text=True)
        if after.returncode != 0:
            sys.exit(f"{source}: behind the checks: {after.stderr}")
        if before.returncode != 0 and " elements" not in before.stderr:
            sys.exit(f"{source}: {before.stderr}")
        if before.returncode == 0 and before.stdout != after.stdout:
            sys.exit(f"{source}: the checks change what it does")
        had_failed += before.returncode != 0
    print(f"{programs} programs, {had_failed} of them with an index out of its array")


main()
