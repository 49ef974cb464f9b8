# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The windowed Gaussian detector as its definition reads, with exactly rounded sums (math.fsum).

usage: reference.py FILE.csv prints `timestamp,value,score` for a file of `timestamp,value`.
"""

import csv
import math
import sys


def scores(values):
    window, step, result = [], [], []
    mean, deviation = 0.0, 1.0
    for value in values:
        z = abs(value - mean) / deviation
        result.append(1 - math.erfc(z / math.sqrt(2)) / 2 if window else 0.0)
        if len(window) < 6400:
            window.append(value)
        else:
            step.append(value)
            if len(step) < 100:
                continue
            window = window[100:] + step
            step = []
        mean = math.fsum(window) / len(window)
        deviation = math.sqrt(math.fsum([(x - mean) ** 2 for x in window]) / len(window)) or 1e-6
    return result


def main():
    with open(sys.argv[1], newline="") as file:
        rows = list(csv.DictReader(file))
    values = [float(row["value"]) for row in rows]
    print("timestamp,value,score")
    for row, score in zip(rows, scores(values)):
        print(f"{row['timestamp']},{row['value']},{score!r}")


if __name__ == "__main__":
    main()
