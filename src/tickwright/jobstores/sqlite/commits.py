"""Changes in SQL: each is written whole, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tickwright.change import Change
from tickwright.jobstores.sqlite import leases
from tickwright.jobstores.sqlite.known_jobs import KnownJobs
from tickwright.jobstores.sqlite.runs import KnownRuns, RunWrites

__all__ = ["commit_each"]


def commit_each(sql: sqlite3.Connection, changes: Sequence[Change], prepared: Sequence[RunWrites]) -> list[bool]:
    """Write each change whole, or nothing of it; return which were written.

    All that is asked is read at once, each change is decided on that and on the ones before it, and what was admitted
    is written at the end: the transaction has the file to itself, so what was read stays true.
    """
    jobs, runs = KnownJobs(sql, changes), KnownRuns(sql, prepared)
    answers = []
    for change, writes in zip(changes, prepared, strict=True):
        is_silent = change.silence is None or leases.is_silent(sql, change.silence)
        is_admitted = is_silent and runs.admit(writes) and jobs.admit(change)
        if is_admitted:
            jobs.note(change)
            runs.note(writes)
        answers.append(is_admitted)
    jobs.write()
    runs.write()
    return answers
