"""What other programs do to the files of a store while threads work on it: noticed, told, and survived."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults import deeds, locked
from tests.faults.stage import Working, take_no_more
from tests.schedulers.stage import SOON, in_time, soon
from tickwright import events
from tickwright.errors import JobStoreError, JobStoreUnavailableError
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing.suites.store.material import Host


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
def working(path: Path) -> Iterator[Working]:
    """A scheduler that has been at work for some moments."""
    one = Working(store_at(path))
    one.begin()
    assert one.has_run("tick0", 5)
    yield one
    one.scheduler.shutdown(wait=False)


def store_at(path: Path) -> SQLiteJobStore:
    return SQLiteJobStore(path, timeout=0.3, keep_runs=None)


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def elsewhere(code: str, *args: object) -> None:
    """Run a few lines in another process: to close a file here would take away the locks that SQLite has on it."""
    subprocess.run([sys.executable, "-c", code, *map(str, args)], check=True, timeout=60)


def backup_of(path: Path) -> Path:
    backup = path.with_name("backup.db")
    sql = sqlite3.connect(path)
    sql.execute("VACUUM INTO ?", (str(backup),))
    sql.close()
    return backup


def wait_for_outage(one: Working) -> str:
    """Return what the outage says, once it is there; see that all else goes on."""
    event = one.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE)
    assert event.alias == "default"
    health = one.scheduler.health()
    assert health.loop_alive
    assert one.scheduler.running
    assert not health.jobstores["default"].ok
    assert health.jobstores["other"].ok
    assert one.has_run("elsewhere", 5)
    return str(health.jobstores["default"].error)


def check_books(one: Working) -> None:
    books = one.books_at_rest()
    assert books.complaints == []
    assert (books.doubled, books.unaccounted) == (0, 0)


# -- moved, deleted, replaced --------------------------------------------------------------------------------


def test_a_file_that_is_moved_away_and_put_back(working: Working, path: Path) -> None:
    path.rename(path.with_name("away.db"))
    assert "is gone" in wait_for_outage(working)
    path.with_name("away.db").rename(path)
    working.check_tidings()
    assert working.has_run("tick0", 5)
    check_books(working)


def test_a_file_that_is_deleted_for_good_is_not_made_anew_by_itself(working: Working, path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        beside(path, suffix).unlink()
    assert "put it back, or start the scheduler again to begin a new one" in wait_for_outage(working)
    for call in (working.scheduler.get_jobs, working.scheduler.get_runs, lambda: working.scheduler.pause_job("tick0")):
        with pytest.raises(JobStoreUnavailableError, match="is gone"):
            in_time(call)
    in_time(lambda: working.scheduler.shutdown(timeout=1), 2 * SOON)
    assert not any(path.parent.iterdir()), "whoever looks must see that all jobs are gone"
    working.scheduler.start()
    assert working.scheduler.get_jobs("default") == []


@pytest.mark.parametrize("with_companions", [True, False])
def test_a_backup_that_is_moved_into_the_place_of_the_file_is_used(
    working: Working, path: Path, with_companions: bool
) -> None:
    working.scheduler.add_job(deeds.note, "date", run_date="2090-01-01", id="in the backup")
    backup = backup_of(path)
    working.scheduler.add_job(deeds.note, "date", run_date="2090-01-01", id="later")
    assert working.has_run("tick0", 5)
    if with_companions:
        for suffix in ("-wal", "-shm"):
            beside(path, suffix).unlink()
    backup.replace(path)
    working.heard.wait_for(events.EVENT_JOBSTORE_RECOVERED)
    assert working.has_run("tick0", 5)
    ids = {job.id for job in working.scheduler.get_jobs()}
    assert "in the backup" in ids
    assert "later" not in ids
    in_time(lambda: working.scheduler.shutdown(timeout=5))
    assert is_whole(path), "what is in the log of the old file must not get into the new one"


def is_whole(path: Path) -> bool:
    sql = sqlite3.connect(path)
    answer = sql.execute("PRAGMA integrity_check").fetchall()
    sql.close()
    return answer == [("ok",)]


# -- the files beside it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffixes", [("-wal",), ("-shm",), ("-wal", "-shm")], ids="+".join)
def test_a_log_that_is_deleted_loses_nothing(
    working: Working, path: Path, suffixes: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    for suffix in suffixes:
        beside(path, suffix).unlink()
    assert working.has_run("tick0", 10)
    assert sum("nothing is lost" in record.getMessage() for record in caplog.records) == 1
    assert working.heard.of(events.EVENT_JOBSTORE_OUTAGE) == []
    check_books(working)
    # Whoever opens the file now, sees all of it.
    here = working.scheduler.get_runs()
    other = store_at(path)
    other.start(Host(), "default")
    assert [run.id for run in other.get_runs()] == [run.id for run in here if run.job_id != "elsewhere"]
    other.shutdown()
    in_time(lambda: working.scheduler.shutdown(timeout=5))
    assert is_whole(path)


def test_a_log_is_deleted_under_two_schedulers_of_one_process(working: Working, path: Path) -> None:
    second = store_at(path)
    second.start(Host(), "default")
    beside(path, "-wal").unlink()
    assert working.has_run("tick0", 5)
    assert "tick0" in {job.id for job in second.get_all_jobs()}
    check_books(working)
    second.shutdown()
    in_time(lambda: working.scheduler.shutdown(timeout=5))
    assert is_whole(path)


# -- cut off -----------------------------------------------------------------------------------------------------


def cut_to_nothing(*paths: Path) -> None:
    for path in paths:
        os.truncate(path, 0)


CUTS: dict[str, Callable[[Path], None]] = {
    "the file to nothing": lambda path: os.truncate(path, 0),
    "the file to 100 bytes": lambda path: os.truncate(path, 100),
    "the file to half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "the log to nothing": lambda path: os.truncate(beside(path, "-wal"), 0),
    "the log to half": lambda path: os.truncate(beside(path, "-wal"), beside(path, "-wal").stat().st_size // 2),
    "both to nothing": lambda path: cut_to_nothing(path, beside(path, "-wal")),
}


def fold(path: Path) -> None:
    """Have the log written into the file, so that little of the file is in the log."""
    sql = sqlite3.connect(path)
    for _ in range(5):
        sql.execute("PRAGMA wal_checkpoint(PASSIVE)")
    sql.close()


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_what_is_cut_off_is_told_and_never_begun_anew(
    working: Working, path: Path, cut: Callable[[Path], None]
) -> None:
    backup = backup_of(path)
    fold(path)
    assert working.has_run("tick0", 3)
    # Between two transactions. What is cut off in the middle of one leaves files as long as before, with a hole in
    # them, and nothing outside of SQLite can tell that.
    with ExitStack() as locks:
        for lock in working.inner._file.locks:  # type: ignore[attr-defined] # an SQLiteJobStore
            locks.enter_context(lock)
        cut(path)
    if not soon(lambda: working.heard.of(events.EVENT_JOBSTORE_OUTAGE), 3):
        # All that was cut off was in the log, or in the file as well: then nothing is missing, and all goes on.
        check_books(working)
        in_time(lambda: working.scheduler.shutdown(timeout=5))
        assert is_whole(path)
        return
    error = wait_for_outage(working)
    assert "was cut off to" in error
    assert "gone" in error
    assert "move a backup into its place" in error
    for call in (working.scheduler.get_jobs, working.scheduler.get_runs, lambda: working.scheduler.pause_job("tick0")):
        with pytest.raises(JobStoreError, match="cut off"):
            in_time(call)
    assert len(working.heard.of(events.EVENT_JOBSTORE_OUTAGE)) == 1
    backup.replace(path)
    working.heard.wait_for(events.EVENT_JOBSTORE_RECOVERED)
    assert working.has_run("tick0", 5)
    in_time(lambda: working.scheduler.shutdown(timeout=5))
    assert is_whole(path)


def test_a_file_that_is_vacuumed_by_another_program_is_not_cut_off(working: Working, path: Path) -> None:
    take_no_more(working.scheduler)
    sql = sqlite3.connect(path, timeout=30)
    sql.execute("CREATE TABLE ballast (x)")
    sql.execute("INSERT INTO ballast VALUES (zeroblob(1000000))")
    sql.commit()
    sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    working.scheduler.resume()
    assert working.has_run("tick0", 3)
    take_no_more(working.scheduler)
    size = path.stat().st_size
    sql.execute("DROP TABLE ballast")
    sql.execute("VACUUM")
    sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sql.close()
    assert path.stat().st_size < size
    working.scheduler.resume()
    assert working.has_run("tick0", 5)
    assert working.heard.of(events.EVENT_JOBSTORE_OUTAGE) == []
    check_books(working)


@pytest.mark.parametrize("with_log", [True, False])
@pytest.mark.parametrize("size", [100, 0, None])
def test_a_file_that_was_cut_off_while_nobody_had_it_open(
    path: Path, tmp_path: Path, size: int | None, with_log: bool, caplog: pytest.LogCaptureFixture
) -> None:
    one = Working(store_at(path))
    one.begin()
    assert one.has_run("tick0", 5)
    take_no_more(one.scheduler)
    if with_log:  # as a killed process leaves it
        elsewhere("import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2])", tmp_path, tmp_path / "left")
    one.scheduler.shutdown()
    if with_log:
        path = tmp_path / "left" / "jobs.db"
        assert beside(path, "-wal").stat().st_size > 0
    os.truncate(path, path.stat().st_size // 2 if size is None else size)
    cut_to = path.stat().st_size
    store = store_at(path)
    if size == 0 and not with_log:
        # Nothing tells it from an empty file that somebody made to be a new job store. It is said aloud, but
        # not of one that is so young that another process may be making it.
        os.utime(path, (1, 1))
        store.start(Host(), "default")
        store.shutdown()
        assert "was empty and is a new job store now; if it had jobs in it, put a backup in its place" in caplog.text
        return
    if size is None and with_log:
        check_that_it_is_whole_or_told(path)
        return
    with pytest.raises(JobStoreError, match=r"backup"):
        store.start(Host(), "default")
    assert path.stat().st_size == cut_to, "nothing may be done to what could still be saved"
    assert beside(path, "-wal").exists() == with_log


def test_of_an_empty_file_that_was_made_just_now_nothing_is_said(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.touch()
    store = store_at(path)
    store.start(Host(), "default")
    store.shutdown()
    assert caplog.text == ""


def test_a_file_that_goes_while_it_is_opened_is_an_error_of_the_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(sql: sqlite3.Connection, path: str) -> int:
        os.remove(path)
        return 0

    monkeypatch.setattr("tickwright.jobstores.sqlite.opening.version_of", vanish)
    with pytest.raises(JobStoreUnavailableError, match="cannot be opened"):
        store_at(path).start(Host(), "default")


def check_that_it_is_whole_or_told(path: Path) -> None:
    """Start a scheduler on the file: the log may hold all that was cut off; else it must say what is missing."""
    one = Working(store_at(path))
    said = ""
    try:
        one.scheduler.start()
    except JobStoreError as error:
        said = str(error)
    if said:
        assert "backup" in said
        return
    if soon(lambda: one.heard.of(events.EVENT_JOBSTORE_OUTAGE), 2):
        assert "damaged" in str(one.scheduler.health().jobstores["default"].error)
        one.scheduler.shutdown(wait=False)
        return
    assert {job.id for job in one.scheduler.get_jobs("default")} == {"tick0", "tick1", "tick2"}
    assert one.has_run("tick0", 3)
    one.scheduler.shutdown()
    assert is_whole(path)


# -- locked, full, read-only ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_file_that_another_process_locks(tmp_path: Path, how: str) -> None:
    left = locked.live_through(tmp_path, 2.0, how)
    assert left.complaints == []
    assert left.outages == 1
    assert "is still locked by another program" in left.error
    assert left.books.fire_times > 60


def test_a_locked_file_holds_up_other_stores_for_its_timeout_once_and_hardly_after_that(path: Path) -> None:
    one = Working(SQLiteJobStore(path, timeout=1.5, keep_runs=None))
    one.begin()
    assert one.has_run("tick0", 3)
    with locked.by_another_process(path, "IMMEDIATE"):
        one.heard.wait_for(events.EVENT_JOBSTORE_OUTAGE)
        began = one.scheduler.clock.now()
        assert one.has_run("elsewhere", 60)
    # Fire times that came while the loop waited are folded together: 30 of them in 1.5 s.
    folded = [run.coalesced for run in one.scheduler.get_runs("elsewhere", since=began)][::-1]
    one.check_tidings()
    check_books(one)
    one.scheduler.shutdown()
    assert len(folded) >= 50
    assert max(folded[2:]) < 25, "each attempt waits for all of 1.5 s, and the loop with it"


def test_a_disk_that_is_full_and_has_room_again(small_disk: Path | None, tmp_path: Path) -> None:
    path = (small_disk or tmp_path) / "jobs.db"
    store = store_at(path)
    one = Working(store)
    one.begin()
    assert one.has_run("tick0", 3)

    def limit(pages: int) -> None:
        store._file.read(lambda sql: sql.execute(f"PRAGMA max_page_count = {pages}").fetchall())

    if small_disk is None:
        limit(1)  # no fewer than there are
    else:
        elsewhere(FILL, small_disk / "ballast")
    assert "is full" in wait_for_outage(one)
    limit(1_000_000) if small_disk is None else (small_disk / "ballast").unlink()
    one.check_tidings()
    assert one.has_run("tick0", 5)
    check_books(one)
    in_time(lambda: one.scheduler.shutdown(timeout=5))
    assert is_whole(path)


FILL = """
import errno, sys
with open(sys.argv[1], "wb", buffering=0) as file:
    for size in (65536, 4096, 1):
        try:
            while True:
                file.write(bytes(size))
        except OSError as error:
            assert error.errno == errno.ENOSPC
"""


def test_a_file_that_is_made_read_only_is_written_while_it_is_open_and_refused_at_the_next_start(
    ordinary_user: Path,
) -> None:
    # A file that is open stays writable, and a scheduler at work does not notice. The next start says what to do.
    path = ordinary_user / "jobs.db"
    one = Working(store_at(path))
    one.begin()
    assert one.has_run("tick0", 3)
    path.chmod(0o400)
    ordinary_user.chmod(0o500)
    assert one.has_run("tick0", 5)
    check_books(one)
    in_time(lambda: one.scheduler.shutdown(timeout=5))
    with pytest.raises(JobStoreUnavailableError, match="cannot be written by this user"):
        one.scheduler.start()
    assert not one.scheduler.running
    ordinary_user.chmod(0o700)
    with pytest.raises(JobStoreUnavailableError, match=r"'jobs.db' cannot be written by this user; let it"):
        one.scheduler.start()
    path.chmod(0o600)
    one.scheduler.start()
    assert one.has_run("tick0", 3)
    one.scheduler.shutdown()


@pytest.fixture
def ordinary_user() -> Iterator[Path]:
    """A folder, while this process acts as a user whom permissions bind: root is bound by none."""
    folder = Path(tempfile.mkdtemp())
    was_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if was_root:
        os.chown(folder, NOBODY, NOBODY)
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if was_root:
            os.seteuid(0)
            os.setegid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


NOBODY = 65534
