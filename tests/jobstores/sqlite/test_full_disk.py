"""A full disk, for real: a small file system where one can be mounted, else a file that may not grow."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobstores.sqlite.conftest import Opener
from tests.small_disk import mounted
from tickwright.change import Change
from tickwright.errors import JobStoreUnavailableError
from tickwright.jobstores.sqlite import SQLiteJobStore, opening
from tickwright.testing.suites.store.material import Host, made_job, made_run, moved


def fire(size: int, version: int) -> Change:
    """Return a change that needs this much room."""
    job = made_job(version=version)
    run = made_run(version, reason="x" * size)
    return Change(job_id="job", expected_version=version, schedule=moved(job, None), started=(run,))


def committed_until_full(store: SQLiteJobStore) -> int:
    """Commit until the disk is full; return the version that was reached."""
    reached = 1

    def commit_on() -> None:
        nonlocal reached
        while reached < 1000:
            assert store.commit([fire(20_000, reached)]) == [True]
            reached += 1

    with pytest.raises(JobStoreUnavailableError, match=r"is full .* make room"):
        commit_on()
    return reached


def whole(store: SQLiteJobStore, version: int) -> None:
    """See that all commits before this version are there, and nothing of a later one."""
    job = store.lookup_job("job")
    assert job is not None
    assert job.schedule.version == version
    assert len(store.get_runs()) == version - 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """The folder of a file system of 512 KB; None where this user may not mount one."""
    with mounted(tmp_path / "disk", "512k") as folder:
        yield folder


def test_a_commit_that_finds_the_disk_full_is_not_there_and_works_when_there_is_room(
    small_disk: Path | None, opened: Opener, path: Path
) -> None:
    if small_disk is None:
        store = opened(path)
        store._file.read(lambda sql: sql.execute("PRAGMA max_page_count = 60"))
    else:
        (small_disk / "ballast").write_bytes(bytes(100_000))
        path = small_disk / "jobs.db"
        store = opened(path)
    store.add_job(made_job())
    version = committed_until_full(store)
    whole(store, version)
    with pytest.raises(JobStoreUnavailableError, match="is full"):
        store.commit([fire(20_000, version)])
    whole(store, version)
    if small_disk is None:
        store._file.read(lambda sql: sql.execute("PRAGMA max_page_count = 1000000"))
    else:
        (small_disk / "ballast").unlink()
    assert store.commit([fire(20_000, version)]) == [True]
    whole(store, version + 1)
    store.shutdown()
    whole(opened(path), version + 1)


def test_a_store_does_not_start_on_a_full_disk_and_does_when_there_is_room(
    small_disk: Path | None, opened: Opener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_room() -> None:
        monkeypatch.undo() if small_disk is None else (small_disk / "ballast").unlink()

    if small_disk is None:
        connect = opening.connect

        def cramped(where: str, *, timeout: float) -> sqlite3.Connection:
            sql = connect(where, timeout=timeout)
            sql.execute("PRAGMA max_page_count = 2")
            return sql

        monkeypatch.setattr(opening, "connect", cramped)
    else:
        path = small_disk / "jobs.db"
        with pytest.raises(OSError, match="No space"):
            (small_disk / "ballast").write_bytes(bytes(1_000_000))
    store = SQLiteJobStore(path)
    with pytest.raises(JobStoreUnavailableError, match=r"full|No space"):
        store.start(Host(), "default")
    make_room()
    store = opened(path)
    store.add_job(made_job())
    whole(store, 1)
