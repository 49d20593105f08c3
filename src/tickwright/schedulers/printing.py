"""The list of jobs as text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from tickwright.stored_job import StoredJob

__all__ = ["print_jobs"]


def print_jobs(aliases: Sequence[str], jobs: Iterable[tuple[str, StoredJob]], out: TextIO | None) -> None:
    """Print the jobs under the job store that keeps each, and those that wait for the start."""
    out = out or sys.stdout
    jobs = list(jobs)
    for alias in dict.fromkeys([*aliases, *(alias for alias, _ in jobs)]):
        print(f"Jobstore {alias}:", file=out)
        lines = [
            f"{job.id}: {job.name} (trigger: {job.trigger}, {_standing(job)})" for name, job in jobs if name == alias
        ]
        for line in lines or ["No scheduled jobs"]:
            print(f"    {line}", file=out)


def _standing(job: StoredJob) -> str:
    schedule = job.schedule
    # What has neither a fire time nor a pause was never stored: the store removes what is finished.
    return "pending" if schedule.is_finished else schedule.told()
