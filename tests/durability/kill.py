"""Kills the program of fifty jobs at random instants, and has each restart judged.

python -m tests.durability.kill [ROUNDS [SEED]]
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tests.durability.judge import Line, Verdict, judge
from tests.durability.plan import fifty_jobs

__all__ = ["kill_and_restart"]

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_LIFE = 3.0
"""Seconds after its start within which a round's program is killed: while it starts, recovers or works."""
PATIENCE = 60.0


def kill_and_restart(folder: Path, rounds: int, seed: int) -> Verdict:
    """Kill the program `rounds` times and let it end well once; return the last verdict with all complaints."""
    instants = random.Random(seed)
    complaints: list[str] = []
    for number in range(1, rounds + 1):
        program = _start(folder)
        try:
            time.sleep(instants.uniform(0.05, LONGEST_LIFE))
        finally:
            program.kill()
            program.communicate()
        assert program.returncode == -signal.SIGKILL, f"round {number}: it ended by itself: {program.returncode}"
        # What the restart before this death said of the one before that. The lines are read later, so
        # they are more: the judge compares those of runs that the picture knows.
        complaints += _judge(folder, at_the_end=False).complaints
    _end_well(folder)
    verdict = _judge(folder, at_the_end=True)
    # What is wrong once is wrong in every later picture too.
    verdict.complaints = list(dict.fromkeys(complaints + verdict.complaints))
    return verdict


def _start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.durability.program", str(folder)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        # A killed program cannot write what it measured, and being measured makes its start slow.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
    )


def _end_well(folder: Path) -> None:
    program = _start(folder)
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "up\n", "the last start did not come up"
        time.sleep(1.0)
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
        program.communicate()
    assert program.returncode == 0, f"the last program ended with exit code {program.returncode}"


def _judge(folder: Path, *, at_the_end: bool) -> Verdict:
    note, picture_file, lines_file = folder / "began.txt", folder / "picture.json", folder / "lines.txt"
    if not note.exists() or not picture_file.exists():
        return Verdict()  # killed before it got so far
    picture = json.loads(picture_file.read_text())
    lines = Line.read(lines_file.read_text()) if lines_file.exists() else []
    if not at_the_end:
        # What was run since then is judged when the next picture knows it; twice is twice already now.
        known = {run["id"] for run in picture["runs"]}
        lines = [line for line in lines if line.run in known]
    return judge(fifty_jobs(datetime.fromisoformat(note.read_text())), picture, lines, at_the_end=at_the_end)


def main(rounds: int = 50, seed: int | None = None) -> int:
    seed = random.randrange(1_000_000) if seed is None else seed
    print(f"{rounds} rounds, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        verdict = kill_and_restart(Path(folder), rounds, seed)
        print(f"{rounds} kills in {time.monotonic() - began:.0f} s\n{verdict.table()}")
    for complaint in verdict.complaints:
        print(complaint)
    return 1 if verdict.complaints else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main(*map(int, sys.argv[1:])))
