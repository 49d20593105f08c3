"""How far a run has come, left in a file where the table, other processes and the next start can see it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import TypeVar

from tickwright import Run, current_run

Item = TypeVar("Item")

EVERY = 0.1
"""Seconds between two notes."""


def tracked(items: Sequence[Item], data: Path) -> Iterator[Item]:
    """Go through the items, noting on the way how far the current run has come."""
    run, noted_at = current_run(), 0.0
    for done, item in enumerate(items):
        if monotonic() - noted_at >= EVERY:
            noted_at = monotonic()
            _note(_file(data, run.job_id), f"{run.id} {done / len(items):.3f}")
        yield item


def how_far(data: Path, run: Run) -> float | None:
    """Return how far a run has come, between 0 and 1; None where it left no note."""
    try:
        run_id, part = _file(data, run.job_id).read_text().split()
        return float(part) if run_id == run.id else None
    except (OSError, ValueError):
        return None


def _file(data: Path, job_id: str) -> Path:
    return data / "progress" / job_id


def _note(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(text)
    os.replace(draft, file)  # whoever reads sees the old note or the new one, never half of it
