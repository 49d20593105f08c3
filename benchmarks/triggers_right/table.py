"""The table: the verdicts of all peers, as Markdown for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from benchmarks.triggers_right.verdict import Verdict

__all__ = ["Tally", "as_json", "as_markdown"]

BAD = (
    Verdict.MISSED,
    Verdict.DOUBLED,
    Verdict.EXTRA,
    Verdict.WRONG_TIME,
    Verdict.REFUSED,
    Verdict.CRASHED,
    Verdict.TIMED_OUT,
)


@dataclass(slots=True)
class Tally:
    """What one peer did."""

    name: str
    version: str
    claimed: Counter[Verdict] = field(default_factory=Counter)
    not_claimed: Counter[Verdict] = field(default_factory=Counter)
    examples: dict[Verdict, list[int]] = field(default_factory=dict)
    """The first few cases for each verdict that is not right."""

    def add(self, case_id: int, verdict: Verdict, is_claimed: bool) -> None:
        """Count one case."""
        (self.claimed if is_claimed else self.not_claimed)[verdict] += 1
        if is_claimed and verdict is not Verdict.RIGHT:
            self.examples.setdefault(verdict, []).append(case_id)

    @property
    def not_claimed_and_wrong(self) -> int:
        """How many cases it took although it does not say it can, and did not get right."""
        wrong = (Verdict.MISSED, Verdict.DOUBLED, Verdict.EXTRA, Verdict.WRONG_TIME)
        return sum(self.not_claimed[verdict] for verdict in wrong)


def as_markdown(tallies: list[Tally]) -> str:
    """Return a row for each peer."""
    heads = ["", "asked", "right", "by another rule", *map(str, BAD), "not claimed (taken, and wrong)"]
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    for tally in tallies:
        shown = (Verdict.RIGHT, Verdict.OTHER_RULE, *BAD)
        counts = [tally.claimed.total(), *(tally.claimed[verdict] for verdict in shown)]
        left_out = f"{tally.not_claimed.total()} ({tally.not_claimed_and_wrong})"
        lines.append(f"| {tally.name} {tally.version} | {' | '.join(map(str, counts))} | {left_out} |")
    return "\n".join(lines)


def as_json(tallies: list[Tally]) -> list[dict[str, object]]:
    """Return the same with the ids of the first cases that were not right."""
    return [
        {
            "name": tally.name,
            "version": tally.version,
            "claimed": {str(verdict): count for verdict, count in tally.claimed.items()},
            "not claimed": {str(verdict): count for verdict, count in tally.not_claimed.items()},
            "examples": {str(verdict): ids[:10] for verdict, ids in tally.examples.items()},
        }
        for tally in tallies
    ]
