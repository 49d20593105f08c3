"""Kills the program of fifty jobs at random instants, and has each restart judged.

    python -m tests.durability.kill [ROUNDS [SEED]]

The rounds are shared out to four worlds: each commit on the disk at once or not, and with the history kept whole or
pruned while the killing goes on.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.durability.audit import finish, folder_for, judge_world, owners_of, picture_of, report
from tests.durability.judge import Line, Verdict
from tests.durability.plan import fifty_jobs
from tests.durability.victim import Victim
from tests.durability.world import World

__all__ = ["WORLDS", "Killing", "kill_and_restart"]

WORLDS: list[dict[str, Any]] = [
    {"synchronous": "FULL", "keep_runs": None},
    {"synchronous": "NORMAL", "keep_runs": 30},
    {"synchronous": "NORMAL", "keep_runs": None},
    {"synchronous": "FULL", "keep_runs": 30},
]

DOWN_FOR = (0.0, 0.0, 0.0, 2.5)
"""Seconds between a death and the next start: mostly none, sometimes so many that fire times are folded together."""

PHASES = ("while it starts", "while it works", "while a worker of its works", "while it stops")

LONGEST_WAIT_FOR_A_WORKER = 8.0
"""Seconds; the jobs for worker processes come every two or four."""


@dataclass
class Killing:
    """What was done, and what the judge said of it."""

    verdict: Verdict = field(default_factory=Verdict)
    deaths: Counter[str] = field(default_factory=Counter)
    pruned: int = 0

    def table(self) -> str:
        """Return it as text."""
        deaths = ", ".join(f"{number} {how}" for how, number in sorted(self.deaths.items()))
        return f"{self.verdict.table()}\nkilled: {deaths}\nruns that were pruned meanwhile: {self.pruned}"


def kill_and_restart(folder: Path, rounds: int, seed: int) -> Killing:
    """Kill the program `rounds` times, and let it end well once in each world."""
    killing = Killing()
    for number, settings in enumerate(WORLDS):
        share = rounds // len(WORLDS) + (number < rounds % len(WORLDS))
        if share:
            place = folder / f"world-{number + 1}"
            place.mkdir()
            world = World(folder=place, plan=tuple(fifty_jobs(datetime.now(UTC))), **settings).make()
            _kill_in(world, share, random.Random(f"{seed} {number}"), killing)
            killing.pruned += len(world.pruned_runs())
    return killing


def _kill_in(world: World, rounds: int, dice: random.Random, killing: Killing) -> None:
    complaints: list[str] = []
    unharmed: set[int] = set()
    for _ in range(rounds):
        victim, how = _live_and_die(world, dice)
        killing.deaths[how] += 1
        if victim.killed_at is None and victim.worker_killed_at is None:
            unharmed.add(victim.pid)
        time.sleep(dice.choice(DOWN_FOR))
        # What the restart before this death said of the one before that. The lines are read later, so
        # they are more: the judge compares those of runs that the picture knows.
        complaints += judge_world(world, at_the_end=False).complaints
    unharmed.add(finish(world).pid)
    verdict = judge_world(world, at_the_end=True)
    verdict.complaints += _lost_by_the_unharmed(world, unharmed)
    killing.verdict.add(verdict)
    # What is wrong once is wrong in every later picture too.
    said = dict.fromkeys(complaints + verdict.complaints)
    killing.verdict.complaints += [f"{world.folder.name}: {complaint}" for complaint in said]


def _live_and_die(world: World, dice: random.Random) -> tuple[Victim, str]:
    """Let the program live for a while; return it, and how it died."""
    phase, group = dice.choice(PHASES), dice.random() < 0.3
    victim = Victim(world, "alone")
    try:
        if phase == "while it starts":
            time.sleep(dice.uniform(0.02, 1.5))
        else:
            victim.wait_until("up")
            time.sleep(dice.uniform(0.0, 2.0))
            if (workers := victim.workers()) and dice.random() < 0.3:
                victim.kill_worker(dice.choice(workers))
                time.sleep(dice.uniform(0.0, 0.3))
        if phase == "while a worker of its works" and not _wait_for_a_busy_worker(victim):
            phase = "while it works"
        if phase == "while it stops":
            victim.ask(signal.SIGTERM)
            time.sleep(dice.uniform(0.0, 0.6))
    finally:
        victim.kill(group=group)
    if phase == "while it stops" and victim.process.returncode == 0:
        return victim, "not at all, it was faster"
    assert victim.process.returncode == -signal.SIGKILL, (
        f"it ended by itself with {victim.process.returncode}: {victim.complaints}"
    )
    return victim, f"{phase}{' with its workers' if group else ''}"


def _wait_for_a_busy_worker(victim: Victim) -> bool:
    """Wait until a worker has begun a job and not ended it; return whether that came."""
    lines = victim.world.lines
    said = lines.stat().st_size if lines.exists() else 0
    until = time.monotonic() + LONGEST_WAIT_FOR_A_WORKER
    while time.monotonic() < until:
        if lines.exists():
            with lines.open() as file:
                file.seek(said)
                news = Line.read(file.read())
            if any(line.parent == victim.pid and line.ended is None for line in news):
                return True
        time.sleep(0.005)
    return False


def _lost_by_the_unharmed(world: World, unharmed: set[int]) -> list[str]:
    """Return a complaint for each run that is lost although its program ended well, and all its workers."""
    owners = owners_of(world)
    lost = [run for run in picture_of(world)["runs"] if run["status"] == "lost"]
    return [f"lost by a program that ended well: {run}" for run in lost if owners.get(run["owner"]) in unharmed]


def main(rounds: int = 50, seed: int | None = None) -> int:
    seed = random.randrange(1_000_000) if seed is None else seed
    folder = folder_for("kills")
    print(f"{rounds} rounds, seed {seed}, in {folder}", flush=True)
    began = time.monotonic()
    killing = kill_and_restart(folder, rounds, seed)
    print(f"{rounds} rounds in {time.monotonic() - began:.0f} s\n{killing.table()}")
    return report(killing.verdict.complaints, folder)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main(*map(int, sys.argv[1:])))
