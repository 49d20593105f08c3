"""The program: measures each case in a process of its own, and prints the tables: `make scale`."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parents[2]
WORK = HERE / "benchmarks" / ".results"
"""Where the files of jobs lie for as long as they are measured; git does not look there."""


def main() -> int:
    """Measure, and print what came of it."""
    parser = ArgumentParser(prog="make scale", description="What do a million jobs and ten million runs cost?")
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    told = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    cases = [
        ("many_jobs", [store, str(told.jobs), str(told.seconds)], f"{told.jobs:,} jobs, {store}")
        for store in ("memory", "sqlite")
    ]
    cases += [
        ("long_history", [str(runs), str(told.seconds // 3)], f"1,000 jobs a second beside {runs:,} runs")
        for runs in (0, told.runs)
    ]
    for module, arguments, title in cases:
        with TemporaryDirectory(dir=WORK) as folder:
            command = [sys.executable, "-m", f"benchmarks.scale.{module}", folder, *arguments]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE).stdout
        lines = [f"| {what} | {value} |" for what, value in json.loads(output.splitlines()[-1]).items()]
        print("\n".join([f"\n### {title}\n", "| | |", "|---|---|", *lines]), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
