#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Draws what gpu-bench measured.

    bench/plot.py GPU_BENCH.json [OUTPUT_FOLDER] [--prefix NAME]

Writes NAME-latency.png, -streams.png, -tiers.png, -idle.png and -sustained.png, each where the file has its groups,
and says what it leaves out. NAME is the file's name without .json. Needs matplotlib (Debian: python3-matplotlib).
"""

import argparse
import json
import math
import re
import sys
from pathlib import Path

try:
    import matplotlib
except ImportError:
    sys.exit("bench/plot.py needs matplotlib: install python3-matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 - the backend is chosen before

RAW, OURS, PEER = "#7f7f7f", "#1f5fa8", "#c4622d"
SHADES = ["#1f5fa8", "#5b9bd5", "#12795a", "#6cc3a0", "#8a4fa3", "#c49ad6"]
STREAM = re.compile(r"^(stream in|stream out|there and back), (\d+) threads(?:, slots of (\d+) bytes)?$")
plt.rcParams.update({
    "figure.dpi": 110, "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "legend.frameon": False, "axes.titlesize": 10, "axes.titlelocation": "left",
})


def colorOf(row, shades):
    if row["name"].startswith("raw"):
        return RAW
    return PEER if "launch" in row["name"] else next(shades)


def titled(figure, report, text):
    commit = report.get("machine", {}).get("commit", "?")
    figure.suptitle(text, x=0.01, ha="left", fontsize=12)
    where = f"{report.get('gpu', '?')}; commit {commit}; medians of the rounds"
    figure.text(0.01, 0.005, where, color="#555555", fontsize=7)


def latency(report, groups):
    found = [groups[name] for name in ("question and answer", "question and answer after 1 ms idle",
                                       "question and answer after 1 s idle") if name in groups]
    if not found:
        return None
    figure, axes = plt.subplots(1, len(found), figsize=(1.5 + 4.2 * len(found), 5.6), sharey=True, squeeze=False)
    for axis, group in zip(axes[0], found):
        shades = iter(SHADES * 2)
        for row in group["rows"]:
            color = colorOf(row, shades)
            dash = "--" if "graph" in row["name"] or "co_await" in row["name"] else "-"
            if row.get("quantiles"):
                axis.plot([v for _, v in row["quantiles"]], [100 * q for q, _ in row["quantiles"]], dash, color=color,
                          label=f"{row['name']}  {row['value']:.3g} / {row['p99']:.3g}")
            else:  # two points are all there is
                axis.plot([row["value"], row["p99"]], [50, 99], dash, marker="o", ms=3, color=color,
                          label=f"{row['name']}  {row['value']:.3g} / {row['p99']:.3g}")
        axis.set(xscale="log", xlabel="microseconds", title=group["group"])
        low, high = axis.get_xlim()
        ticks = [t for t in (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000) if low <= t <= high]
        axis.set_xticks(ticks, [str(t) for t in ticks])
        axis.minorticks_off()
        axis.legend(title="path  p50 / p99 (us)", loc="upper center", bbox_to_anchor=(0.5, -0.2), fontsize=8,
                    alignment="left")
    axes[0][0].set(ylabel="% of round trips done", ylim=(0, 101))
    titled(figure, report, "There and back, by path")
    return figure


def best(group, isRaw):
    return max((row for row in group["rows"] if row["name"].startswith("raw") == isRaw), key=lambda row: row["value"],
               default=None)


def streams(report, groups):
    table = {}
    for name, group in groups.items():
        if match := STREAM.match(name):
            table[match[1], int(match[2]), int(match[3] or 64)] = group
    if not table:
        return None
    ways = ["stream in", "stream out", "there and back"]
    slots = sorted({key[2] for key in table})
    hasSizes = len(slots) > 1
    figure, axes = plt.subplots(1 + hasSizes, 3, figsize=(12, 7.4 if hasSizes else 4.2), squeeze=False)
    for axis, way in zip(axes[0], ways):
        threads = sorted(key[1] for key in table if key[0] == way and key[2] == 64)
        for isRaw, color, label in ((True, RAW, "raw ring"), (False, OURS, "actors, the better placement")):
            rows = [(t, best(table[way, t, 64], isRaw)) for t in threads]
            rows = [(t, row["value"]) for t, row in rows if row]
            axis.plot([t for t, _ in rows], [v for _, v in rows], marker="o", ms=4, color=color, label=label)
        axis.set(title=f"{way}, 64-byte slots", xlabel="host threads", ylim=(0, None), xticks=threads)
    axes[0][0].set_ylabel("million messages a second")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="upper right", ncols=2)
    if hasSizes:
        roofs = {row["name"]: row["value"] for row in groups.get("copies", {}).get("rows", [])}
        for axis, way in zip(axes[1], ways):
            most = max((key[1] for key in table if key[0] == way and key[2] == slots[-1]), default=None)
            for isRaw, color in ((True, RAW), (False, OURS)):
                rows = [(s, best(table[way, most, s], isRaw)) for s in slots if (way, most, s) in table]
                rows = [(slots.index(s), row) for s, row in rows if row]
                for kind, style in (("user_bytes", "o-"), ("wire_bytes", ":")):
                    axis.plot([place for place, _ in rows], [row["value"] * row.get(kind, 0) / 1e3 for _, row in rows],
                              style, ms=4, color=color)
            roof = roofs.get("copy engine, host to device" if way != "stream out" else "copy engine, device to host")
            if roof:
                axis.axhline(roof, color=PEER, lw=1)
                axis.text(0, roof, " copy engine", va="bottom", color=PEER, fontsize=8)
            axis.set(title=f"{way}, {most} threads", xlabel="bytes of a slot", ylim=(0, axis.get_ylim()[1] * 1.08))
            axis.set_xticks(range(len(slots)), [str(s) for s in slots])
        axes[1][0].set_ylabel("GB/s of the user (dotted: on the wire)")
    titled(figure, report, "Streams of actors beside the raw ring of the same slots")
    return figure


def tiers(report, groups):
    prefix = "actor to actor, one way: "
    found = [group for name, group in groups.items() if name.startswith(prefix)]
    found = found or [groups[name] for name in groups if name.startswith("actor to actor, one ball")]
    if not found:
        return None
    figure, axis = plt.subplots(figsize=(9, 0.9 + 0.95 * len(found)))
    labels = []
    for at, group in enumerate(found):
        labels.append(group["group"].removeprefix(prefix).replace(" (", "\n("))
        height = 0.8 / len(group["rows"])
        for i, row in enumerate(group["rows"]):
            isRaw = row["name"].startswith("raw")
            place, ns = at - 0.4 + height * (i + 0.5), row["value"] * 1e3
            axis.barh(place, ns, height * 0.92, color=RAW if isRaw else OURS)
            note = ", spawned beside" if "beside" in row["name"] else ""
            axis.text(ns, place, f" {ns:.0f}{note}", va="center", fontsize=8)
    axis.set_yticks(range(len(found)), labels)
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.set(xlabel="nanoseconds, one way")
    axis.margins(x=0.1)
    axis.legend(handles=[plt.Rectangle((0, 0), 1, 1, color=RAW), plt.Rectangle((0, 0), 1, 1, color=OURS)],
                labels=["a tagged word", "a message between actors"], loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    titled(figure, report, "From actor to actor, by how far apart they are")
    return figure


def idle(report, groups):
    group = groups.get("power while idle")
    rows = [row for row in group["rows"] if row["value"] is not None] if group else []
    if not rows:
        return None
    wakes = {row["name"]: row["value"] for row in groups.get("question after idleness, by state", {}).get("rows", [])}
    figure, axis = plt.subplots(figsize=(8, 1.2 + 0.55 * len(rows)))
    for at, row in enumerate(rows):
        axis.barh(at, row["value"], 0.6, color=OURS if row["name"] in wakes else RAW)
        wake = f", first question {wakes[row['name']]:.1f} us" if row["name"] in wakes else ""
        axis.text(row["value"], at, f" {row['value']:.0f} W{wake}", va="center", fontsize=8)
    axis.set_yticks(range(len(rows)), [row["name"] for row in rows])
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.set(xlabel="watts")
    axis.margins(x=0.35)
    titled(figure, report, "Power while nothing is asked")
    return figure


def sustained(report, groups):
    group = next((group for name, group in groups.items() if "stream in, " in name and name.endswith(" s")), None)
    if not group:
        return None
    rates = group["rows"][0]["rounds"]
    looks = [look for look in (group.get("log") or {}).get("power", []) if look["w"] is not None]
    figure, axes = plt.subplots(3 if looks else 1, 1, figsize=(9, 6.2 if looks else 3.2), sharex=True, squeeze=False)
    axes = axes[:, 0]
    axes[0].plot(range(1, len(rates) + 1), rates, color=OURS)
    mean = sum(rates) / len(rates)
    spread = math.sqrt(sum((rate - mean) ** 2 for rate in rates) / len(rates)) / mean
    axes[0].set(ylim=(0, max(rates) * 1.12), ylabel="million messages/s",
                title=f"mean {mean:.0f}, deviation {100 * spread:.2f} %, every message "
                      f"{'accounted for' if group['rows'][0]['right'] else 'NOT accounted for'}")
    if looks:
        seconds = [look["s"] - looks[0]["s"] for look in looks]
        axes[1].plot(seconds, [look["w"] for look in looks], color=PEER)
        axes[1].set(ylabel="watts", ylim=(0, 1.12 * max(look["w"] for look in looks)))
        axes[2].plot(seconds, [look["sm_mhz"] or math.nan for look in looks], color=SHADES[2])
        axes[2].set(ylabel="MHz of the SMs", ylim=(0, None))
    axes[-1].set_xlabel("seconds")
    titled(figure, report, "One stream in, second by second")
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("json", type=Path)
    parser.add_argument("output", type=Path, nargs="?", help="folder; that of the file where none is given")
    parser.add_argument("--prefix")
    options = parser.parse_args()
    report = json.loads(options.json.read_text(encoding="utf-8"))
    groups = {group["group"]: group for group in report["groups"]}
    folder = options.output or options.json.parent
    folder.mkdir(parents=True, exist_ok=True)
    for draw in (latency, streams, tiers, idle, sustained):
        figure = draw(report, groups)
        if figure is None:
            print(f"no {draw.__name__}: {options.json} has no such groups")
            continue
        figure.tight_layout(rect=(0, 0.02, 1, 0.97))
        file = folder / f"{options.prefix or options.json.stem}-{draw.__name__}.png"
        figure.savefig(file, metadata={"Software": None})  # the same file from the same figures
        plt.close(figure)
        print(file)


if __name__ == "__main__":
    main()
