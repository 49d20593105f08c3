"""The tables, as a list of steps: each makes a file one version younger, and the first makes a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tickwright.errors import JobStoreError, NewerStoreError

__all__ = ["APPLICATION_ID", "STEPS", "upgrade", "version_of"]

APPLICATION_ID = 0x5469636B
"""`Tick`, in the header of every file of ours, so that no other application's database is taken for one."""

Step = Sequence[str]

FIRST: Step = (
    # What firing changes is narrow and apart from the bodies: rescheduling a job rewrites some 80 bytes,
    # however large its arguments are, and a page holds many jobs.
    """
    CREATE TABLE jobs (
        key            INTEGER PRIMARY KEY,
        id             TEXT NOT NULL UNIQUE,
        executor       TEXT NOT NULL,
        next_fire_time INTEGER CHECK (typeof(next_fire_time) IN ('integer', 'null')),
        next_run_time  INTEGER CHECK (typeof(next_run_time) IN ('integer', 'null')),
        paused         INTEGER NOT NULL CHECK (paused IN (0, 1)),
        version        INTEGER NOT NULL CHECK (typeof(version) = 'integer')
    )
    """,
    # By executor first: a long queue for one that is full is never walked to find a job for another.
    "CREATE INDEX jobs_due ON jobs (executor, next_run_time) WHERE next_run_time IS NOT NULL",
    "CREATE TABLE bodies (key INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    # The key counts up in the order in which runs are taken, so the history needs no index of times. A run is
    # unsettled as long as `ended` is NULL.
    """
    CREATE TABLE runs (
        key         INTEGER PRIMARY KEY,
        id          TEXT NOT NULL UNIQUE,
        job_id      TEXT NOT NULL,
        fire_time   INTEGER NOT NULL,
        due_at      INTEGER NOT NULL,
        lateness    INTEGER NOT NULL,
        attempt     INTEGER NOT NULL,
        coalesced   INTEGER NOT NULL,
        executor    TEXT NOT NULL,
        host        TEXT NOT NULL,
        owner       TEXT NOT NULL,
        status      TEXT NOT NULL,
        reason      TEXT,
        started_at  INTEGER,
        finished_at INTEGER,
        result      BLOB,
        exception   BLOB,
        traceback   TEXT,
        ended       INTEGER,
        spared      INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX runs_of_job ON runs (job_id)",
    "CREATE INDEX runs_unsettled ON runs (job_id) WHERE ended IS NULL",
    # Retention. It goes through the settled runs by their end, and must never meet those again that it
    # spares as the last of their jobs: they leave this index until another run follows them or their job
    # goes.
    "CREATE INDEX runs_ended ON runs (ended) WHERE ended IS NOT NULL AND spared = 0",
    "CREATE INDEX runs_spared ON runs (job_id) WHERE spared = 1",
    """
    CREATE TRIGGER last_run_is_followed AFTER INSERT ON runs BEGIN
        UPDATE runs SET spared = 0 WHERE job_id = NEW.job_id AND spared = 1;
    END
    """,
    """
    CREATE TRIGGER job_is_gone AFTER DELETE ON jobs BEGIN
        UPDATE runs SET spared = 0 WHERE job_id = OLD.id AND spared = 1;
    END
    """,
    # How long that index is. Counting it would be linear in the history, so whoever writes, keeps count.
    "CREATE TABLE ended_runs (count INTEGER NOT NULL)",
    "INSERT INTO ended_runs VALUES (0)",
    """
    CREATE TRIGGER ended_run_is_added AFTER INSERT ON runs WHEN NEW.ended IS NOT NULL AND NEW.spared = 0 BEGIN
        UPDATE ended_runs SET count = count + 1;
    END
    """,
    """
    CREATE TRIGGER ended_run_is_changed AFTER UPDATE OF ended, spared ON runs
    WHEN (OLD.ended IS NOT NULL AND OLD.spared = 0) <> (NEW.ended IS NOT NULL AND NEW.spared = 0) BEGIN
        UPDATE ended_runs SET count = count + CASE WHEN NEW.ended IS NULL OR NEW.spared = 1 THEN -1 ELSE 1 END;
    END
    """,
    """
    CREATE TRIGGER ended_run_is_deleted AFTER DELETE ON runs WHEN OLD.ended IS NOT NULL AND OLD.spared = 0 BEGIN
        UPDATE ended_runs SET count = count - 1;
    END
    """,
    """
    CREATE TABLE leases (
        key     INTEGER PRIMARY KEY,
        owner   TEXT NOT NULL UNIQUE,
        host    TEXT NOT NULL,
        pid     INTEGER NOT NULL,
        process TEXT NOT NULL,
        seconds REAL NOT NULL,
        beat    INTEGER NOT NULL,
        seen_at INTEGER
    )
    """,
)

SECOND: Step = ("CREATE TABLE notes (topic TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID",)

STEPS: Sequence[Step] = (FIRST, SECOND)
"""`STEPS[n]` makes version n + 1 of version n. A step that has been released is never changed; add the next."""


def version_of(sql: sqlite3.Connection, path: str, steps: Sequence[Step] = STEPS) -> int:
    """Return the version of the tables, 0 where there are none yet. Writes nothing.

    Raises `NewerStoreError` for a newer version, and `JobStoreError` for the database of another application.
    """
    (application,) = sql.execute("PRAGMA application_id").fetchone()
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    if application == APPLICATION_ID:
        if version > len(steps):
            raise NewerStoreError(
                f"{path!r} was written by a newer Tickwright (its tables have version {version}, this one knows up to "
                f"{len(steps)}) and was not touched; upgrade Tickwright here, or name another file"
            )
        return int(version)
    others = [name for (name,) in sql.execute("SELECT name FROM sqlite_master ORDER BY type DESC, name LIMIT 3")]
    if application or version or others:
        what = f"with {', '.join(others)} in it" if others else f"with application_id {application}"
        raise JobStoreError(
            f"{path!r} is the database of another application, {what}, and was not touched; "
            f"name a file of its own for the job store"
        )
    return 0


def upgrade(sql: sqlite3.Connection, path: str, steps: Sequence[Step] = STEPS) -> None:
    """Bring the tables to the latest version, within the transaction that is open: all steps or none."""
    for version in range(version_of(sql, path, steps), len(steps)):
        for statement in steps[version]:
            sql.execute(statement)
        sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        sql.execute(f"PRAGMA user_version = {version + 1}")
