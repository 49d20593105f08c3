"""The weather of a simulated process: what may go wrong in its calls to the store, and with its workers."""

from __future__ import annotations

from random import Random

__all__ = ["Weather"]


class Weather:
    """Chances from 0 to 1, by a seeded generator."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.fails_before = 0.0
        """A call does not get through."""
        self.fails_after = 0.0
        """A call is carried out, and its answer is not heard."""
        self.halves = 0.0
        """Of a commit only the first changes are written, and then the store fails."""
        self.dies = 0.0
        """The process is gone in the middle of a round."""
        self.freezes = 0.0
        """The process stands still in the middle of a round."""
        self.freezes_for = 0.0
        """Seconds for which it does so, at the most."""
        self.refuses = 0.0
        """The executor does not take a run."""
        self.loses = 0.0
        """The worker that performs a run dies."""

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.fails_before = self.fails_after = self.halves = self.dies = self.freezes = 0.0
        self.refuses = self.loses = 0.0

    def strikes(self, chance: float) -> bool:
        """Return whether something of this chance happens now."""
        return chance > 0 and self.random.random() < chance
