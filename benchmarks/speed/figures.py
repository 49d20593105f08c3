"""Figures: the medians of one group, by what was measured and by whom, and how good one is beside another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.speed.names import LIMIT, SUBMIT, TICKWRIGHT

__all__ = ["Figures", "times_as_good"]

NO_PEERS = (TICKWRIGHT, LIMIT, SUBMIT)


@dataclass(slots=True)
class Figures:
    """What was measured in each round, and what could not be."""

    rounds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    """By key, by name."""
    remarks: dict[str, dict[str, str]] = field(default_factory=dict)
    """Why there is no figure, by key and by name."""
    failures: list[str] = field(default_factory=list)
    """Who dropped work, or broke: the run as a whole has failed then."""

    def add(self, name: str, measured: dict[str, float]) -> None:
        """Take the figures of one measurement."""
        for key, figure in measured.items():
            self.rounds.setdefault(key, {}).setdefault(name, []).append(figure)

    def remark(self, name: str, keys: Iterable[str], text: str) -> None:
        """Say why this one has no figures for these keys."""
        for key in keys:
            self.remarks.setdefault(key, {})[name] = text

    def discard(self, name: str, keys: Iterable[str]) -> None:
        """Forget what this one was measured with: work that was dropped in one round makes all of them void."""
        for key in keys:
            self.rounds.get(key, {}).pop(name, None)

    def of(self, name: str, key: str) -> float | None:
        """Return the median, or None where nothing was measured."""
        found = self.rounds.get(key, {}).get(name)
        return median(found) if found else None

    def best_peer(self, key: str, more_is_better: bool) -> str | None:
        """Return the name of the best one that is neither Tickwright nor a limit."""
        medians = {name: median(found) for name, found in self.rounds.get(key, {}).items() if name not in NO_PEERS}
        if not medians:
            return None
        return (max if more_is_better else min)(medians, key=lambda name: medians[name])


def times_as_good(ours: float | None, theirs: float | None, more_is_better: bool) -> float | None:
    """Return how many times as good ours is as theirs: 2 is half the time, or twice the rate."""
    if ours is None or theirs is None:
        return None
    good, bad = (ours, theirs) if more_is_better else (theirs, ours)
    return good / bad if bad > 0 else None
