"""A change: what one round decided about one job, to be written whole or not at all."""

from __future__ import annotations

from typing import NamedTuple

from tickwright.owner import Silence
from tickwright.report import Started
from tickwright.run import Run
from tickwright.stored_job import Schedule

__all__ = ["Change"]


class Change(NamedTuple):
    """Everything that a round writes about one job. A store takes all of it, or refuses all of it.

    It is refused where the job's stored version is not `expected_version` (or the job is gone), where a run in
    `settled` is not unsettled in the hands of its `owner`, where one in `waits_for` has an outcome, and where
    a new run has the id of one on record, and where the owner of `silence` has stirred since. A refusal is an
    answer and no error: somebody else was faster, and the one who asked reads again and decides anew.
    """

    job_id: str
    expected_version: int | None = None
    """The version that the decision was made on; None where the job's own row does not matter."""
    schedule: Schedule | None = None
    """The job's new schedule, with the version that it will have."""
    remove: bool = False
    """Whether the job is finished and goes. The history of its runs stays."""
    started: tuple[Run, ...] = ()
    """New runs that wait for a worker. They are on record before an executor hears of them."""
    recorded: tuple[Run, ...] = ()
    """New runs that were never to be executed: missed, skipped."""
    settled: tuple[Run, ...] = ()
    """Runs with their outcome. Each replaces the unsettled run of the same `id` and `owner`."""
    packed: tuple[object, ...] = ()
    """For each of `settled`, as far as this goes: its outcome as the store's `pack` has made it, or None."""
    waits_for: tuple[str, ...] = ()
    """The ids of runs whose end this change counts on, to do what it leaves undone: make a held job due, remove a
    finished one. If they ended meanwhile, by another scheduler's word, nobody else would do it."""
    begun: tuple[Started, ...] = ()
    """Scheduled runs that a worker has begun; news for those who watch, ignored where the run is settled."""
    silence: Silence | None = None
    """For runs that somebody dead has left: if their owner has beaten again by now, it lives, and they are its own."""
