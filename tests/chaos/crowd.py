"""Four processes on one file, one of them killed every five seconds and started anew, and one frozen most of the time.

python -m tests.chaos.crowd [--seconds 60] [--seed 7] [--blind]
"""

from __future__ import annotations

import random
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.plan import twenty_a_second
from tests.chaos.witness import Evidence, bear_witness
from tests.durability.audit import finish, folder_for, judge_world, lines_of, picture_of, report
from tests.durability.judge import Verdict
from tests.durability.victim import Victim, end_all
from tests.durability.world import World

__all__ = ["Crowd", "Stirred", "stir"]

PROCESSES = 4
KILL_EVERY = 5.0
LEASE = 2.0
FROZEN_FOR = (1.5, 2.0)
"""Leases for which a process is frozen."""
FROZEN_BRIEFLY = (0.15, 0.25)
"""Leases for which one in three is: nobody may take it for dead."""
FROZEN_AFTER = (0.5, 2.0)
"""Seconds until the next one is."""


@dataclass(frozen=True, slots=True)
class Stirred:
    """What came of it."""

    verdict: Verdict
    evidence: Evidence
    oversleep: float
    """By how many seconds the machine was late to wake the one who kills, at the worst."""

    @property
    def complaints(self) -> list[str]:
        """What was wrong; nothing, where every promise held."""
        return self.verdict.complaints + self.evidence.complaints

    def table(self) -> str:
        """Return it as text."""
        noise = f"the machine's noise: a sleep that took {self.oversleep:.2f} s too long"
        return f"{self.verdict.table()}\n{self.evidence.table()}\n{noise}"


def stir(folder: Path, seconds: float, seed: int, **settings: Any) -> Stirred:
    """Let the processes work for so long while they are killed and frozen; return what came of it."""
    plan = tuple(twenty_a_second(datetime.now(UTC), seconds))
    world = World(folder=folder, plan=plan, lease=LEASE, threads=8, processes=1, **settings).make()
    crowd = Crowd(world, random.Random(seed), [Victim(world, "shared") for _ in range(PROCESSES)])
    try:
        crowd.work(seconds)
        crowd.end()
    finally:
        crowd.kill_all()
    crowd.everybody.append(finish(world))
    verdict = judge_world(world, at_the_end=True)
    evidence = bear_witness(world, picture_of(world)["runs"], lines_of(world), crowd.everybody)
    for victim in crowd.everybody:
        evidence.complaints += victim.troubles()
    return Stirred(verdict, evidence, crowd.oversleep)


class Crowd:
    """Processes, and what is done to them."""

    def __init__(self, world: World, dice: random.Random, members: list[Victim]) -> None:
        self.world = world
        self.dice = dice
        self.members = members
        self.everybody = list(self.members)
        self.oversleep = 0.0

    def work(self, seconds: float) -> None:
        for victim in self.members:
            victim.wait_until("up")
        began = time.monotonic()
        next_kill, next_freeze, next_thaw = KILL_EVERY, self.dice.uniform(*FROZEN_AFTER), seconds
        frozen: Victim | None = None
        while (instant := min(next_kill, next_freeze, next_thaw)) < seconds:
            self._sleep_until(began + instant)
            if instant == next_kill:
                next_kill += KILL_EVERY
                self._kill_one()
            elif instant == next_freeze:
                frozen = self.dice.choice(self.members)
                frozen.freeze(group=self.dice.random() < 0.5)
                length = FROZEN_BRIEFLY if self.dice.random() < 1 / 3 else FROZEN_FOR
                next_freeze, next_thaw = seconds, instant + LEASE * self.dice.uniform(*length)
            elif frozen is not None:
                frozen.thaw()  # nothing, where it was killed meanwhile
                next_freeze, next_thaw = instant + self.dice.uniform(*FROZEN_AFTER), seconds
        self._sleep_until(began + seconds)

    def _sleep_until(self, instant: float) -> None:
        time.sleep(max(0.0, instant - time.monotonic()))
        self.oversleep = max(self.oversleep, time.monotonic() - instant)

    def _kill_one(self) -> None:
        place = self.dice.randrange(len(self.members))
        self.members[place].kill(group=self.dice.random() < 0.5)
        self.members[place] = Victim(self.world, "shared")
        self.everybody.append(self.members[place])

    def end(self) -> None:
        """Have all end by themselves, in good order."""
        for victim in self.members:
            victim.thaw()
        # All go on before any is waited for: one that stopped with the file locked keeps others from starting.
        for victim in self.members:
            victim.wait_until("up")
        end_all(self.members)

    def kill_all(self) -> None:
        for victim in self.members:
            victim.kill(group=True)


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.chaos.crowd", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long they work")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="repeats the choices of a run")
    parser.add_argument("--blind", action="store_true", help="they know of others' deaths by their leases only")
    parser.add_argument("--synchronous", choices=("FULL", "NORMAL"), default="FULL")
    parser.add_argument("--keep-runs", type=int, default=None, help="prune the history meanwhile")
    told = vars(parser.parse_args())
    folder = folder_for("crowd")
    print(f"{told} in {folder}", flush=True)
    stirred = stir(
        folder,
        told["seconds"],
        told["seed"],
        is_blind=told["blind"],
        synchronous=told["synchronous"],
        keep_runs=told["keep_runs"],
    )
    print(stirred.table())
    return report(stirred.complaints, folder)


if __name__ == "__main__":
    raise SystemExit(main())
