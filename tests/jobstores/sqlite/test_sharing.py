"""One file, many hands: threads, several stores, other processes, forks, and files that are moved away."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.jobstores.sqlite.conftest import Opener
from tickwright.change import Change
from tickwright.errors import (
    ForkedSchedulerError,
    JobStoreError,
    JobStoreUnavailableError,
    ReentrantCallError,
)
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.jobstores.sqlite.forks import PATIENCE
from tickwright.testing.suites.store.material import (
    NOW,
    Host,
    all_at_once,
    at,
    done,
    ids,
    made_job,
    made_run,
    moved,
)

# From 3.12 on Python warns of forks in programs with threads: for the very reasons that these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


# -- threads and stores ------------------------------------------------------------------------------------


def test_every_version_is_taken_by_one_of_many_threads_on_many_stores(opened: Opener) -> None:
    stores = [opened(timeout=60) for _ in range(3)]
    stores[0].add_job(made_job())
    rounds = 40

    def fire(name: str, store: SQLiteJobStore) -> int:
        taken = 0
        while (job := store.read_due(NOW, 1).due[0].job).schedule.version <= rounds:
            version = job.schedule.version
            run = made_run(version, owner=name)
            change = Change(job_id="job", expected_version=version, schedule=moved(job, NOW), started=(run,))
            if store.commit([change])[0]:
                taken += 1
                assert store.commit([Change(job_id="job", settled=(done(run),))]) == [True]
        return taken

    taken = all_at_once(*[lambda n=n: fire(str(n), stores[n % 3]) for n in range(6)])
    assert sum(taken) == rounds
    runs = stores[1].get_runs()
    assert ids(runs) == [f"job-run-{version}" for version in range(rounds, 0, -1)]
    assert all(run.is_settled for run in runs)


def test_listing_much_does_not_keep_the_loop_waiting(store: SQLiteJobStore) -> None:
    store.add_job(made_job())

    def meanwhile(sql: sqlite3.Connection) -> None:  # as long as a user reads, on the connection for that
        assert ids(store.read_due(NOW, 1).due) == ["job"]
        assert store.commit([Change(job_id="job", started=(made_run(),))]) == [True]

    store._file.read_long(meanwhile)


def test_a_commit_that_fails_in_the_middle_is_not_there_at_all(store: SQLiteJobStore, path: Path) -> None:
    for job_id in "abc":
        store.add_job(made_job(job_id))
    sql = sqlite3.connect(path)
    sql.execute("CREATE TRIGGER fails BEFORE INSERT ON runs WHEN NEW.job_id = 'b' BEGIN SELECT RAISE(ABORT, 'no'); END")
    changes = [
        Change(job_id=job_id, expected_version=1, schedule=moved(made_job(), at(5)), started=(made_run(1, job_id),))
        for job_id in "abc"
    ]
    with pytest.raises(JobStoreError, match="no"):
        store.commit(changes)
    assert store.get_runs() == []
    assert [job.schedule.version for job in store.get_all_jobs()] == [1, 1, 1]
    sql.execute("DROP TRIGGER fails")
    sql.close()
    assert store.commit(changes) == [True] * 3


def test_a_change_that_waits_for_a_run_is_refused_where_that_has_ended(opened: Opener) -> None:
    store, other = opened(), opened()
    store.add_job(made_job())
    run = made_run()
    assert store.commit([Change(job_id="job", started=(run,))]) == [True]
    waiting = Change(job_id="job", expected_version=1, schedule=moved(made_job()), waits_for=(run.id,))
    assert other.commit([Change(job_id="job", settled=(done(run),))]) == [True]
    assert store.commit([waiting]) == [False]
    assert store.get_all_jobs() == [made_job()]


# -- starting and stopping ---------------------------------------------------------------------------------


def test_a_store_that_is_not_open_says_so(path: Path) -> None:
    store = SQLiteJobStore(path)
    for _ in range(2):
        with pytest.raises(JobStoreError, match=r"is not open; start its scheduler first"):
            store.add_job(made_job())
        store.start(Host(), "default")
        store.add_job(made_job(str(_)))
        store.shutdown()
        store.shutdown()
    with pytest.raises(JobStoreError, match="not open"):
        store.get_runs()


def test_the_last_to_leave_folds_the_log_into_the_file(opened: Opener, path: Path) -> None:
    first, second = opened(), opened()
    first.add_job(made_job("a"))
    first.shutdown()
    second.add_job(made_job("b"))
    second.shutdown()
    assert [entry.name for entry in path.parent.iterdir()] == ["jobs.db"]
    alone = path.with_name("copy.db")
    shutil.copy(path, alone)
    assert ids(opened(alone).get_all_jobs()) == ["a", "b"]


def test_starting_again_without_shutting_down_opens_the_file_anew(store: SQLiteJobStore) -> None:
    store.add_job(made_job())
    store.start(Host(), "other")
    assert ids(store.get_all_jobs()) == ["job"]


# -- other processes ---------------------------------------------------------------------------------------

OPEN_AND_CLOSE = dedent(
    """
    import sys
    from tickwright.jobstores.sqlite import SQLiteJobStore
    from tickwright.testing.suites.store.material import Host
    store = SQLiteJobStore(sys.argv[1])
    store.start(Host(), "default")
    store.shutdown()
    """
)


def come_and_go(path: Path) -> None:
    """Let another process open the file and close it. If it thinks itself alone, it deletes the log."""
    subprocess.run([sys.executable, "-c", OPEN_AND_CLOSE, str(path)], check=True, timeout=60)


def test_a_second_store_of_the_same_process_takes_no_locks_from_the_first(opened: Opener, path: Path) -> None:
    # Whoever opens and closes the file by other means than SQLite does just that, without a word.
    first = opened()
    first.add_job(made_job("before"))
    opened().shutdown()
    come_and_go(path)
    assert path.with_name("jobs.db-wal").exists()
    first.add_job(made_job("after"))
    assert ids(opened().get_all_jobs()) == ["after", "before"]


# -- forks -------------------------------------------------------------------------------------------------


def in_a_fork(work: Callable[[], object]) -> int:
    """Do it in a fork of this process; return 0 where it went well."""
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # ends it where it hangs
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@needs_fork
def test_a_fork_is_told_and_changes_nothing(store: SQLiteJobStore) -> None:
    store.add_job(made_job())

    def use() -> None:
        for call in (store.get_all_jobs, lambda: store.add_job(made_job("new")), store.get_leases):
            with pytest.raises(ForkedSchedulerError, match="after the fork"):
                call()
        store.shutdown()
        store.shutdown()

    assert in_a_fork(use) == 0
    assert ids(store.get_all_jobs()) == ["job"]
    store.add_job(made_job("later"))


@needs_fork
def test_a_fork_opens_the_file_for_itself_and_outlives_its_parents_store(opened: Opener, path: Path) -> None:
    # If the fork counted on the locks that it only inherited, the parent would be the last to leave: it would delete
    # the log that the fork goes on writing to.
    store = opened()
    store.add_job(made_job("parent"))
    to_child, from_parent = os.pipe()
    to_parent, from_child = os.pipe()

    child = os.fork()
    if child == 0:
        signal.alarm(60)
        status = 1
        try:
            own = SQLiteJobStore(path)
            own.start(Host(), "default")
            own.add_job(made_job("child"))
            os.write(from_child, b".")
            os.read(to_child, 1)  # until the parent has left
            own.add_job(made_job("child, alone"))
            status = 0
        finally:
            os._exit(status)  # as if it were killed
    assert os.read(to_parent, 1) == b"."
    assert ids(store.get_all_jobs()) == ["child", "parent"]
    store.shutdown()
    come_and_go(path)
    os.write(from_parent, b".")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    for end in (to_child, from_parent, to_parent, from_child):
        os.close(end)
    assert ids(opened().get_all_jobs()) == ["child", "child, alone", "parent"]


@needs_fork
def test_a_fork_that_a_signal_handler_makes_in_a_transaction_waits_for_nothing_and_keeps_off_the_file(
    store: SQLiteJobStore, path: Path
) -> None:
    def open_others() -> None:
        other = SQLiteJobStore(path.with_name("other.sqlite"))
        other.start(Host(), "default")
        other.add_job(made_job("child"))
        with pytest.raises(ForkedSchedulerError, match="in the middle of a transaction"):
            SQLiteJobStore(path).start(Host(), "default")

    def break_in(sql: sqlite3.Connection) -> float:
        sql.execute("UPDATE jobs SET version = version + 1")
        began = time.monotonic()
        assert in_a_fork(open_others) == 0
        return time.monotonic() - began

    store.add_job(made_job())
    assert store._file.write(break_in) < PATIENCE
    assert store.read_standings(["job"])["job"].schedule.version == 2
    # That was one transaction's matter: the next fork may open the file.
    assert in_a_fork(lambda: SQLiteJobStore(path).start(Host(), "default")) == 0


@needs_fork
def test_a_call_that_breaks_in_on_another_of_its_thread_is_refused(store: SQLiteJobStore) -> None:
    store.add_job(made_job())

    def break_in(sql: sqlite3.Connection) -> None:
        with pytest.raises(ReentrantCallError, match="start a Thread"):
            store.remove_job("job")
        assert ids(store.get_all_jobs()) == ["job"]  # on the other connection

    store._file.write(break_in)
    store.remove_job("job")


@needs_fork
def test_no_fork_happens_in_the_middle_of_a_transaction(store: SQLiteJobStore, path: Path) -> None:
    # The fork closes its copy of the connection. Were it in the middle of something, it would undo half of it.
    store.add_job(made_job())

    def commit_many() -> None:
        for version in range(1, 60):
            change = Change(
                job_id="job",
                expected_version=version,
                schedule=made_job(version=version + 1).schedule,
                started=(made_run(version),),
            )
            assert store.commit([change]) == [True]

    def open_own() -> None:
        own = SQLiteJobStore(path, timeout=60)
        own.start(Host(), "default")
        own.get_all_jobs()
        own.shutdown()

    def fork_many() -> list[int]:
        # Unwatched: what measures coverage has a lock of its own (Collector.lock_data), which a fork may find taken by
        # a thread that is not there any more. Its own tracer would then wait for it in the child for ever.
        sys.settrace(None)
        return [in_a_fork(open_own) for _ in range(8)]

    _, statuses, more = all_at_once(commit_many, fork_many, fork_many)
    assert statuses == more == [0] * 8
    assert len(store.get_unsettled_runs()) == 59
    sql = sqlite3.connect(path)
    assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    sql.close()


# -- files that are moved under a running store --------------------------------------------------------------


def test_a_file_that_is_gone_is_told_at_the_next_call_and_used_again_when_it_is_back(
    store: SQLiteJobStore, path: Path
) -> None:
    store.add_job(made_job("a"))
    path.rename(path.with_name("away.db"))
    for call in (store.get_all_jobs, lambda: store.add_job(made_job("b")), store.next_due_time):
        with pytest.raises(JobStoreUnavailableError, match="is gone"):
            call()
    assert not path.exists()
    path.with_name("away.db").rename(path)
    store.add_job(made_job("c"))
    assert "a" in ids(store.get_all_jobs())


def test_a_file_that_was_replaced_is_told_once_and_then_used(opened: Opener, path: Path, tmp_path: Path) -> None:
    backup = opened(tmp_path / "backup.db")
    backup.add_job(made_job("from the backup"))
    backup.shutdown()
    store = opened()
    store.add_job(made_job("lost"))
    os.replace(tmp_path / "backup.db", path)
    for companion in ("jobs.db-wal", "jobs.db-shm"):
        path.with_name(companion).unlink()
    with pytest.raises(JobStoreUnavailableError, match="replaced"):
        store.add_job(made_job("never"))
    store.add_job(made_job("new", due=at(1)))
    assert ids(store.get_all_jobs()) == ["from the backup", "new"]
    assert ids(opened().get_all_jobs()) == ["from the backup", "new"]
