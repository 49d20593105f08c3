"""Runs in SQL: taken, begun, settled, found again."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from tickwright.change import Change
from tickwright.jobstores.sqlite.among import rows_among
from tickwright.jobstores.sqlite.instants import micros_of
from tickwright.jobstores.sqlite.run_row import COLUMNS, Row, end_of, row_of
from tickwright.run import RunStatus
from tickwright.serializers import Serializer

__all__ = [
    "KnownRuns",
    "RunWrites",
    "find_run",
    "insert",
    "prepare",
    "select_runs",
    "unsettled_of",
    "unsettled_runs",
]


class RunWrites(NamedTuple):
    """The runs of one change as rows, made before the lock is taken: the values of `COLUMNS`, and `ended`."""

    new: list[Row]
    begun: list[tuple[int, str]]
    settled: list[Row]
    waits_for: tuple[str, ...]


def prepare(change: Change, serializer: Serializer) -> RunWrites:
    """Make ready what a change says of runs. Serialising runs the user's code, so never under a lock."""
    new = [(*row_of(run, serializer), None) for run in change.started]
    if change.recorded:
        new += [(*row_of(run, serializer), end_of(run)) for run in change.recorded]
    settled = zip_longest(change.settled, change.packed)
    return RunWrites(
        new,
        [(micros_of(started.started_at), started.run_id) for started in change.begun],
        [(*row_of(run, serializer, packed), end_of(run)) for run, packed in settled],
        change.waits_for,
    )


# -- writing, within the caller's transaction -------------------------------------------------------

INSERT = f"INSERT INTO runs ({COLUMNS}, ended) VALUES ({'?, ' * 17}?)"  # noqa: S608 - all of it constant

HANDS = "SELECT id, owner, job_id, ended IS NOT NULL FROM runs WHERE id IN"

BEGUN = "UPDATE runs SET status = 'running', started_at = ? WHERE id = ? AND status = 'scheduled'"

SETTLE = """
    UPDATE runs
    SET fire_time = ?, due_at = ?, lateness = ?, attempt = ?, coalesced = ?, executor = ?, host = ?,
        status = ?, reason = ?, started_at = ?, finished_at = ?, result = ?, exception = ?, traceback = ?, ended = ?
    WHERE id = ? AND owner = ? AND job_id = ? AND ended IS NULL
"""


def insert(sql: sqlite3.Connection, new: list[Row]) -> None:
    """Write runs whose ids are not taken."""
    sql.executemany(INSERT, new)


class KnownRuns:
    """The runs that the changes of one commit speak of: read at once, kept up with what is decided, written together.

    The transaction has the file to itself, so nobody else changes them meanwhile.
    """

    def __init__(self, sql: sqlite3.Connection, all_writes: Iterable[RunWrites]) -> None:
        self._sql = sql
        ids = [row[0] for writes in all_writes for row in (*writes.new, *writes.settled)]
        ids += [run_id for writes in all_writes for run_id in writes.waits_for]
        # By id, in whose hands each is and which job's; None once it has ended.
        self._hands: dict[str, tuple[str, str] | None] = {
            run_id: None if is_settled else (owner, job_id)
            for run_id, owner, job_id, is_settled in rows_among(sql, HANDS, ids)
        }
        self._new: list[Row] = []
        self._begun: list[tuple[int, str]] = []
        self._settled: list[Row] = []

    def admit(self, writes: RunWrites) -> bool:
        """Return whether all that is settled or waited for has no outcome yet, and no new id is taken."""
        hands = self._hands
        for row in writes.settled:
            if hands.get(row[0]) != row[1:3]:
                return False
        for run_id in writes.waits_for:
            if hands.get(run_id) is None:
                return False
        for row in writes.new:
            if row[0] in hands:
                return False
        return _all_differ(writes.settled) and _all_differ(writes.new)

    def note(self, writes: RunWrites) -> None:
        """Take what `admit` has let pass for written."""
        hands = self._hands
        self._new += writes.new
        for row in writes.new:
            hands[row[0]] = row[1:3] if row[-1] is None else None
        self._begun += writes.begun
        for row in writes.settled:
            self._settled.append(row[3:] + row[:3])
            hands[row[0]] = None

    def write(self) -> None:
        """Write what was noted. A run is taken before it begins, and settling it says all that beginning it did."""
        insert(self._sql, self._new)
        self._sql.executemany(BEGUN, self._begun)
        self._sql.executemany(SETTLE, self._settled)


def _all_differ(rows: list[Row]) -> bool:
    return len(rows) < 2 or len({row[0] for row in rows}) == len(rows)


# -- reading: rows only; runs are made of them when the lock is free --------------------------------

SELECT = f"SELECT {COLUMNS} FROM runs "  # noqa: S608 - all of it constant

UNSETTLED = f"SELECT key, {COLUMNS} FROM runs WHERE ended IS NULL AND job_id IN"  # noqa: S608 - all of it constant

JOB_ID = 2
"""Where it stands in `COLUMNS`."""


def find_run(sql: sqlite3.Connection, run_id: str) -> list[Row]:
    """Return the row of a run, if there is one."""
    return sql.execute(SELECT + "WHERE id = ?", (run_id,)).fetchall()


def select_runs(
    sql: sqlite3.Connection,
    *,
    job_id: str | None,
    status: RunStatus | None,
    since: datetime | None,
    limit: int | None,
) -> list[Row]:
    """Return the rows that match all that is given, those taken last in front.

    Costs what it returns where neither `status` nor `since` is given; else as much as the history (of the
    job) is long.
    """
    wanted = {
        "job_id = ?": job_id,
        "status = ?": None if status is None else status.value,
        "fire_time >= ?": micros_of(since),
    }
    given = {condition: value for condition, value in wanted.items() if value is not None}
    where = f"WHERE {' AND '.join(given)} " if given else ""
    most = -1 if limit is None else max(limit, 0)
    return sql.execute(SELECT + where + "ORDER BY key DESC LIMIT ?", (*given.values(), most)).fetchall()


def unsettled_of(sql: sqlite3.Connection, job_ids: Iterable[str]) -> Mapping[str, list[Row]]:
    """Return by job the rows without an outcome, in the order they were taken; nothing for a job without."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for _, row in sorted((columns[0], columns[1:]) for columns in rows_among(sql, UNSETTLED, job_ids)):
        found[row[JOB_ID]].append(row)
    return found


def unsettled_runs(sql: sqlite3.Connection, owner: str | None) -> list[Row]:
    """Return the rows without an outcome, of this owner or of all, in the order they were taken."""
    where = "INDEXED BY runs_unsettled WHERE ended IS NULL AND owner = ifnull(?, owner) ORDER BY key"
    return sql.execute(SELECT + where, (owner,)).fetchall()
