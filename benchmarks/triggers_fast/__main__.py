"""The program: times all peers, or those named, and prints the table: `make bench`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.environments import install
from benchmarks.triggers_right.asking import ADAPTERS
from benchmarks.triggers_right.peers import PEERS

HERE = Path(__file__).parent
TIMING = HERE / "timing.py"
LIMIT, OURS, FIELD = "bare limit", "Tickwright", "APScheduler 3"
TIMED = (OURS, FIELD, "APScheduler 4", "croniter", "croniter-rs", "cronsim", "cronexpr")

Times = dict[str, list[float]]
"""Seconds by what was timed, one for each round."""


def main() -> None:
    """Time the peers in turns."""
    parser = argparse.ArgumentParser(prog="make bench", description="How long does the next fire time take?")
    parser.add_argument("peers", nargs="*", help="the names of those to time; all of them if none is given")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="a file to write the medians to")
    options = parser.parse_args()
    chosen = [peer for peer in PEERS if peer.name in (options.peers or TIMED)]
    with TemporaryDirectory() as folder:
        runs = {LIMIT: [sys.executable, str(TIMING), str(HERE / "limit.py")]}
        for peer in chosen:
            python = install(peer.requirement, Path(folder) / peer.adapter)
            runs[peer.name] = [python, "-W", "ignore", str(TIMING), str(ADAPTERS / peer.adapter)]
        medians = times_of(runs, options.rounds)
    print(as_markdown(medians))
    if options.json:
        options.json.write_text(json.dumps(medians, indent=1) + "\n", encoding="utf-8")


def times_of(runs: dict[str, list[str]], rounds: int) -> dict[str, dict[str, float]]:
    """Return the median seconds of each peer: a fresh process for each round, and the peers in turns."""
    found: dict[str, Times] = {name: {} for name in runs}
    for number in range(rounds):
        for name, command in runs.items():
            print(f"round {number + 1}: {name} ...", file=sys.stderr)
            output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
            for what, seconds in json.loads(output).items():
                if seconds is not None:
                    found[name].setdefault(what, []).append(seconds)
    return {name: {what: median(all_seconds) for what, all_seconds in times.items()} for name, times in found.items()}


def as_markdown(medians: dict[str, dict[str, float]]) -> str:
    """Return a row for each thing timed: microseconds, and how many times as fast Tickwright is as APScheduler 3."""
    names = list(medians)
    lines = [f"| µs | {' | '.join(names)} | {OURS} : {FIELD} |", f"|---|{'---:|' * (len(names) + 1)}"]
    for what in dict.fromkeys(what for times in medians.values() for what in times):
        cells = [medians[name].get(what) for name in names]
        ours, theirs = medians.get(OURS, {}).get(what), medians.get(FIELD, {}).get(what)
        ratio = f"{theirs / ours:.0f} ×" if ours and theirs else "–"
        lines.append(f"| {_head(what)} | {' | '.join(_micros(cells))} | {ratio} |")
    return "\n".join(lines)


def _head(what: str) -> str:
    expr, separator, zone = what.rpartition(" in ")
    return f"`{expr}` in {zone}" if separator else what


def _micros(cells: Iterable[float | None]) -> list[str]:
    return ["–" if seconds is None else f"{seconds * 1e6:.2f}" for seconds in cells]


if __name__ == "__main__":
    main()
