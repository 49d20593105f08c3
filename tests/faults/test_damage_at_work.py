"""One bad row, or one bad page, of each table while a scheduler works: told, survived, and everything else served."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import deeds
from tests.faults.stage import Working, take_no_more
from tests.schedulers.stage import soon
from tickwright import events
from tickwright.errors import UnreadableJobError
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.jobstores.sqlite.opening import PAGE
from tickwright.testing.suites.store.material import Host


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
def working(path: Path) -> Iterator[Working]:
    one = Working(SQLiteJobStore(path, timeout=0.3, keep_runs=20), lease=2)
    one.begin()
    assert one.has_run("tick0", 5)
    yield one
    one.scheduler.shutdown(wait=False)


def write(path: Path, statement: str) -> None:
    sql = sqlite3.connect(path, isolation_level=None, timeout=30)
    sql.execute("PRAGMA ignore_check_constraints = ON")
    sql.execute(statement)
    sql.close()


# -- a row -----------------------------------------------------------------------------------------------------------

LEASE_COLUMNS = "owner, host, pid, process, seconds, beat, seen_at"
LEASES = [
    "UPDATE leases SET seconds = 'soon', seen_at = 'noon', host = x'00', pid = 'p', process = x'00'",
    "UPDATE leases SET beat = 'x'",
    f"INSERT INTO leases ({LEASE_COLUMNS}) VALUES ('other', x'01', 'p', 7, x'9a', 'b', 'noon')",
    f"INSERT INTO leases ({LEASE_COLUMNS}) VALUES (x'00', '', 1, '', 5, 1, 1)",
]


@pytest.mark.parametrize("statement", LEASES, ids=["own terms", "own beat", "another's", "nobody's"])
def test_a_damaged_lease_stops_nothing(working: Working, path: Path, statement: str) -> None:
    write(path, statement)
    assert working.has_run("tick0", 25)  # beyond some looks at all leases, of which there are three in a second
    assert working.has_run("tick1", 2)
    assert working.heard.of(events.EVENT_JOBSTORE_OUTAGE) == []
    assert working.scheduler.health().ok


def test_the_lease_of_a_dead_owner_that_is_damaged_lapses_and_its_runs_are_settled(
    working: Working, path: Path
) -> None:
    write(
        path,
        f"INSERT INTO leases ({LEASE_COLUMNS}) VALUES ('dead', '', 0, '', 2, 'x', 1)",
    )
    write(
        path,
        "INSERT INTO runs (id, owner, job_id, fire_time, due_at, lateness, attempt, coalesced, executor, host, status)"
        " VALUES ('left', 'dead', 'gone', 'noon', 1700000000000000, 'late', 'first', 1, x'00', '', 'exploded')",
    )

    def left() -> str:
        (run,) = working.scheduler.get_runs("gone")
        return str(run.status)

    assert left() == "scheduled"
    assert soon(lambda: left() == "lost")
    assert working.heard.of(events.EVENT_JOBSTORE_OUTAGE) == []


JOBS = {
    "jobs": "UPDATE jobs SET version = 'new' WHERE id = 'tick0'",
    "bodies": "UPDATE bodies SET body = x'00' WHERE key = (SELECT key FROM jobs WHERE id = 'tick0')",
    "no body": "DELETE FROM bodies WHERE key = (SELECT key FROM jobs WHERE id = 'tick0')",
}


@pytest.mark.parametrize("statement", JOBS.values(), ids=JOBS)
def test_a_damaged_job_is_set_aside_and_the_others_go_on(working: Working, path: Path, statement: str) -> None:
    write(path, statement)
    event = working.heard.wait_for(events.EVENT_JOB_UNREADABLE)
    assert event.job_id == "tick0"
    assert working.has_run("tick1", 20)
    assert [one.job_id for one in working.scheduler.get_unreadable_jobs()] == ["tick0"]
    assert len(working.heard.of(events.EVENT_JOB_UNREADABLE)) == 1
    assert working.heard.of(events.EVENT_JOBSTORE_OUTAGE) == []


def test_damaged_runs_are_settled_all_the_same(working: Working, path: Path) -> None:
    for _ in range(20):
        write(path, "UPDATE runs SET status = 'exploded', lateness = 'x', attempt = 'y' WHERE ended IS NULL")
        assert working.has_run("tick0", 1)
    write(path, "UPDATE runs SET fire_time = 'noon', reason = x'00' WHERE key = (SELECT max(key) FROM runs)")
    for number in range(3):
        assert working.has_run(f"tick{number}", 10)
    take_no_more(working.scheduler)
    assert soon(lambda: all(run.is_settled for run in working.scheduler.get_runs()))
    assert working.heard.of(events.EVENT_JOBSTORE_OUTAGE) == []


# -- a page ----------------------------------------------------------------------------------------------------------


def pages_of(path: Path) -> dict[str, int]:
    sql = sqlite3.connect(path)
    found = dict(sql.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))
    sql.close()
    return found


def spoil(path: Path, page: int) -> None:
    """Overwrite a page, in another process: to close the file here would take away SQLite's locks."""
    code = f"import sys; f = open(sys.argv[1], 'r+b'); f.seek(int(sys.argv[2])); f.write(b'\\xa5' * {PAGE}); f.close()"
    subprocess.run([sys.executable, "-c", code, str(path), str((page - 1) * PAGE)], check=True, timeout=60)


def saved(path: Path) -> Path:
    """Return a copy of what the tables hold, as .recover of the sqlite3 shell makes one: it leaves the indexes out."""
    copy = path.with_name("copy.db")
    store = SQLiteJobStore(copy)
    store.start(Host(), "default")
    store.shutdown()
    sql = sqlite3.connect(copy, isolation_level=None)
    sql.execute("ATTACH ? AS damaged", (str(path),))
    for table in ("jobs", "bodies", "runs", "leases", "ended_runs"):
        sql.execute(f"DELETE FROM {table}")
        rows = sql.execute(f"SELECT * FROM damaged.{table} NOT INDEXED").fetchall()
        if rows:
            sql.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    sql.close()
    return copy


INDEXES = ["jobs_due", "runs_of_job", "runs_unsettled", "runs_spared", "sqlite_autoindex_runs_1"]


@pytest.mark.parametrize("index", INDEXES)
def test_a_damaged_index_is_told_and_a_whole_copy_moved_into_place_mends_it(
    working: Working, path: Path, index: str
) -> None:
    working.scheduler.shutdown()
    spoil(path, pages_of(path)[index])
    working.scheduler.start()
    error = working.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE).exception
    assert "is damaged" in str(error)
    assert "a copy of what can be saved" in str(error)
    assert working.has_run("elsewhere", 10)
    assert working.scheduler.health().loop_alive
    saved(path).replace(path)
    working.heard.wait_for(events.EVENT_JOBSTORE_RECOVERED)
    for number in range(3):
        assert working.has_run(f"tick{number}", 5)
    books = working.books_at_rest()
    assert [one for one in books.complaints if "is not on record" not in one] == []  # few runs are kept here
    assert len(working.heard.of(events.EVENT_JOBSTORE_OUTAGE)) == 1


@pytest.mark.parametrize("index", ["runs_ended"])
def test_a_damaged_page_that_only_some_calls_need_is_told_and_the_loop_asks_for_the_rest(
    working: Working, path: Path, index: str
) -> None:
    working.scheduler.shutdown()
    spoil(path, pages_of(path)[index])
    working.scheduler.start()
    working.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE)
    assert working.has_run("elsewhere", 10)
    assert len(working.scheduler.get_jobs()) == 4
    assert working.scheduler.health().loop_alive


@pytest.mark.parametrize("which", ["leaf", "chain"])
def test_a_damaged_page_of_bodies_sets_its_jobs_aside_and_the_others_go_on(path: Path, which: str) -> None:
    one = Working(SQLiteJobStore(path, timeout=0.3, keep_runs=None))
    one.begin()
    # So large that few of them share a page; or so large that one takes several pages.
    size = 1_500 if which == "leaf" else 20_000
    for number in range(30):
        text = f"<{number}>" * (size // 4)
        one.scheduler.add_job(deeds.take, "interval", seconds=0.2, args=[text], id=f"large{number}")
    assert one.has_run("large29", 2)
    one.scheduler.shutdown()
    page = path.read_bytes().index(b"<17>" * 100) // PAGE + 1
    whole = path.read_bytes()[(page - 1) * PAGE : page * PAGE]
    spoil(path, page)
    one.heard.events.clear()

    one.scheduler.start()
    one.heard.wait_for(events.EVENT_JOB_UNREADABLE)
    aside = {unreadable.job_id for unreadable in one.scheduler.get_unreadable_jobs()}
    assert "large17" in aside
    assert len(aside) <= 3
    for job_id in ("tick0", "large0", "large29"):
        assert one.has_run(job_id, 5)
    assert {job.id for job in one.scheduler.get_jobs("default")} >= {f"large{n}" for n in range(30)} - aside
    assert one.heard.of(events.EVENT_JOBSTORE_OUTAGE) == []
    assert len(one.heard.of(events.EVENT_JOB_UNREADABLE)) == len(aside)
    with pytest.raises(UnreadableJobError, match="large17"):
        one.scheduler.get_job("large17")
    one.scheduler.shutdown()

    with path.open("r+b") as file:  # nothing has it open now
        file.seek((page - 1) * PAGE)
        file.write(whole)
    one.scheduler.start()
    assert one.has_run("large17", 2)
    assert one.scheduler.get_unreadable_jobs() == []
    one.scheduler.shutdown()
