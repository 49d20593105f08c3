"""The witness: knows what was done to each process, and holds that against what became of the runs they had in hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Protocol

from tests.durability.audit import owners_of
from tests.durability.judge import Line
from tests.durability.world import World

__all__ = ["Evidence", "Fate", "bear_witness"]

SLACK = 5.0
"""Seconds by which a loss may bear an earlier instant than its cause, or a later one than the end of it: it bears
the instant at which the round began that found it."""

LONGEST_SETTLING = 30.0
"""Seconds after which what the dead have left must be settled, however busy the machine. How long it really took
is in the table: a figure that holds on an idle machine only is no verdict."""


class Fate(Protocol):
    """What was done to a process, in seconds of the wall clock."""

    killed_at: float | None
    frozen: list[tuple[float, float]]

    @property
    def pid(self) -> int:
        """Its process id."""


@dataclass
class Evidence:
    """What became of the runs of those who were killed or frozen; `complaints` is empty where that was right."""

    complaints: list[str] = field(default_factory=list)
    processes: int = 0
    kills: int = 0
    freezes: int = 0
    lost_by_the_killed: int = 0
    lost_by_the_frozen: int = 0
    lost_by_the_starved: int = 0
    """By processes that let a beat fall due for so long, unfrozen, that they had to be taken for dead: for want of a
    processor, say. No promise is broken; a machine on which it happens is too busy for so short a lease."""
    lost_by_innocents: int = 0
    ended_all_the_same: int = 0
    """Runs whose function returned in a process that had been taken for dead: the report was refused."""
    begun_too_late: list[str] = field(default_factory=list)
    """Jobs of runs whose function was called after they were lost: frozen after the last look at the lease."""
    settled_after_kill: list[float] = field(default_factory=list)
    settled_after_freeze: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    slow_beats: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Return it as text."""
        lost_by = (
            ("killed", self.lost_by_the_killed),
            ("frozen", self.lost_by_the_frozen),
            ("starved", self.lost_by_the_starved),
            ("innocent", self.lost_by_innocents),
        )
        return "\n".join(
            [
                f"processes started {self.processes}, killed {self.kills}, frozen {self.freezes} times",
                "runs lost by the " + ", by the ".join(f"{whom} {number}" for whom, number in lost_by),
                f"of these ended all the same, and their reports refused: {self.ended_all_the_same}",
                f"of these begun only after they were lost: {', '.join(self.begun_too_late) or 'none'}",
                f"seconds from a kill to the last of its runs settled: {_spread(self.settled_after_kill)}",
                f"seconds from a freeze to the last of its runs settled: {_spread(self.settled_after_freeze)}",
                f"seconds from a fire time to its being taken: {_spread(self.late)}",
                f"renewals of leases that were late or slow: {len(self.slow_beats)}",
            ]
        )


def bear_witness(
    world: World, runs: Sequence[dict[str, Any]], lines: Iterable[Line], victims: Sequence[Fate]
) -> Evidence:
    """Return what became of the runs of these processes, which have all ended."""
    evidence = Evidence(
        processes=len(victims),
        kills=sum(victim.killed_at is not None for victim in victims),
        freezes=sum(len(victim.frozen) for victim in victims),
        slow_beats=world.beats.read_text().splitlines() if world.beats.exists() else [],
    )
    by_pid = {victim.pid: victim for victim in victims}
    victim_of = {name: by_pid[pid] for name, pid in owners_of(world).items()}
    called = {line.run: line for line in lines}
    settled: dict[tuple[str, float], float] = defaultdict(float)
    for run in runs:
        if run["attempt"] == 1 and run["coalesced"] == 1:
            evidence.late.append(run["late"])
        if run["status"] != "lost":
            continue
        cause = _cause_of(run, victim_of.get(run["owner"]), world.lease)
        if cause is None:
            slow = [beat for beat in evidence.slow_beats if beat.startswith(run["owner"])]
            if any(_had_starved(run, beat, world.lease) for beat in slow):
                evidence.lost_by_the_starved += 1
                continue
            evidence.lost_by_innocents += 1
            evidence.complaints.append(f"a run of a process that nobody killed or froze is lost: {run}; {slow}")
            continue
        what, at = cause
        if what == "kill":
            evidence.lost_by_the_killed += 1
        else:
            evidence.lost_by_the_frozen += 1
        if (line := called.get(run["id"])) is not None:
            evidence.ended_all_the_same += (line.ended or 0.0) > run["finished_at"]
            if line.began > run["finished_at"]:
                evidence.begun_too_late.append(f"{run['job']} after {line.began - run['finished_at']:.2f} s")
        settled[what, at] = max(settled[what, at], run["finished_at"] - at)
    evidence.settled_after_kill = [seconds for (what, _), seconds in settled.items() if what == "kill"]
    evidence.settled_after_freeze = [seconds for (what, _), seconds in settled.items() if what == "freeze"]
    for (what, at), seconds in settled.items():
        if seconds > LONGEST_SETTLING:
            evidence.complaints.append(f"runs in hand at the {what} of {at:.3f} were settled {seconds:.1f} s later")
    return evidence


def _cause_of(run: dict[str, Any], victim: Fate | None, lease: float) -> tuple[str, float] | None:
    """Return what was done to the process of a lost run, and when; None where nothing was that explains it."""
    if victim is None:
        return None
    taken_at, lost_at = run["taken_at"], run["finished_at"]
    causes = [
        ("freeze", since)
        for since, until in victim.frozen
        if until - since > lease / 2 and taken_at - 1.0 < since and since - SLACK < lost_at < until + SLACK
    ]
    if victim.killed_at is not None and victim.killed_at - SLACK < lost_at:
        causes.append(("kill", victim.killed_at))
    # The first is what it died of: one that was killed while it was frozen had stopped before.
    return min(causes, key=lambda cause: cause[1], default=None)


def _had_starved(run: dict[str, Any], beat: str, lease: float) -> bool:
    """Return whether the process says itself that it did not so much as try to beat while its run was lost."""
    _, at, _, gap, _, took, *_ = beat.split()
    asked_at = float(at) - float(took)
    return float(gap) > 0.6 * lease and asked_at - float(gap) - SLACK < run["finished_at"] < asked_at + SLACK


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "none"
    return f"median {median(values):.3f}, longest {max(values):.3f} ({len(values)})"
