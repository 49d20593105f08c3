"""The results of a run: what was measured, where and when, kept as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import Figures

__all__ = ["Results", "here_and_now"]


@dataclass(slots=True, kw_only=True)
class Results:
    """All groups of a run."""

    date: str
    machine: str
    quick: bool
    rounds: int
    groups: dict[str, Figures] = field(default_factory=dict)

    @property
    def failures(self) -> list[str]:
        """Who dropped work, or broke."""
        return [f"{letter}: {failure}" for letter, group in self.groups.items() for failure in group.failures]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, with the figure of each round."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Results:
        """Return what `as_json` gave."""
        groups = {letter: Figures(**figures) for letter, figures in plain["groups"].items()}
        return cls(**{**plain, "groups": groups})


def here_and_now(quick: bool, rounds: int) -> Results:
    """Return results in which nothing has been measured yet."""
    machine = f"{os.cpu_count()} × {_processor()}, {platform.system()}, CPython {platform.python_version()}"
    return Results(date=f"{datetime.now(UTC):%Y-%m-%d}", machine=machine, quick=quick, rounds=rounds)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
