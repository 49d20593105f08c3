"""What is decided about a batch of jobs that are added at once, before any of it is written."""

from __future__ import annotations

from typing import NamedTuple

from tickwright.run import Run
from tickwright.stored_job import StoredJob

__all__ = ["BatchDecision"]


class BatchDecision(NamedTuple):
    """What becomes of a batch that is added, as things stand."""

    jobs: list[StoredJob]
    """All of them in order, also those of which nothing is left to fire."""
    instead_of: dict[str, int | None]
    """The version of each stored job that one of them replaces; None where not even that can be read."""
    unless_run: set[str]
    given_up: list[Run]
