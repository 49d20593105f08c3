"""The cases: what every peer is asked, and what an answer may rest on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["Case", "read_cases"]

FILE = Path(__file__).resolve().parents[2] / "tests" / "triggers" / "data" / "cases.jsonl"
MOST_EXPECTED = 10  # fire times that a case lists; fewer mean that there are no more until its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question with its answer."""

    id: int
    expr: str
    zone: str
    start: datetime
    """Fire times lie after this."""
    horizon: datetime
    """And not after this: up to here the expected ones are all there are."""
    expected: tuple[datetime, ...]
    is_dst: bool
    """Whether it looks at a change of clock."""
    is_never: bool
    """Whether the expression can never fire, so that a refusal is right."""

    @property
    def features(self) -> frozenset[str]:
        """What a peer must know to be asked fairly, beyond numbers, names, lists, ranges and steps."""
        is_macro = self.expr.startswith("@")
        *fields, day, _, weekday = ["*", "*", "*", "*", "*"] if is_macro else self.expr.upper().split()
        found = {
            "macros": is_macro,
            "seconds": len(fields) == 3,
            "zones": self.zone != "UTC",
            "clock changes": self.is_dst,
            "after 2099": self.horizon.year > 2099,
            "L": "L" in day.split(","),
            "LW": "LW" in day,
            "nW": re.search(r"\dW", day) is not None,
            "d#k": "#" in weekday,
            "5L": re.search(r"\dL", weekday) is not None,
            "FRIL": re.search(r"[A-Z]{3}L", weekday) is not None,
            "?": "?" in day + weekday,
            "lists of these": any(
                "," in field and re.search(r"L|\dW|#", re.sub("[A-Z]{3}(?!L)", "", field)) for field in (day, weekday)
            ),
            "weekday numbers": re.search(r"(?<![#/\d])\d", weekday) is not None,
            "weekday 7": re.search(r"(?<![#/\d])7", weekday) is not None,
            "day or weekday": day[0] not in "*?" and weekday[0] not in "*?",
            "day and weekday": day not in ("*", "?")
            and weekday not in ("*", "?")
            and (day[0] in "*?" or weekday[0] in "*?"),
        }
        return frozenset(name for name, is_needed in found.items() if is_needed)


def read_cases(policy: str = "cron") -> Iterator[Case]:
    """Yield the cases with this policy."""
    with FILE.open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if case["policy"] == policy:
                yield _case(case)


def _case(case: dict[str, Any]) -> Case:
    expected = tuple(datetime.fromisoformat(text) for text in case["expected"])
    return Case(
        id=case["id"],
        expr=case["expr"],
        zone=case["tz"],
        start=datetime.fromisoformat(case["start"]),
        horizon=expected[-1] if len(expected) == MOST_EXPECTED else datetime.fromisoformat(case["until"]),
        expected=expected,
        is_dst="dst" in case["tags"],
        is_never="never" in case["tags"],
    )
