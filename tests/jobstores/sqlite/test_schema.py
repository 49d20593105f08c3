"""Upgrades: one step at a time, all of them or none, by one process where several begin at once."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.jobstores.sqlite.conftest import Opener
from tickwright.errors import JobStoreError, NewerStoreError
from tickwright.jobstores.sqlite import database, opening, schema
from tickwright.jobstores.sqlite.schema import STEPS, upgrade, version_of
from tickwright.testing.suites.store.material import all_at_once, ids, made_job

# The first version, as it was before notes were kept.
ORIGINAL = STEPS[:1]

# What two later versions could bring: a column filled from what is there, and a table in the place of another.
SECOND = ("ALTER TABLE jobs ADD COLUMN label TEXT", "UPDATE jobs SET label = 'was ' || id")
THIRD = ("CREATE TABLE labels AS SELECT key, label FROM jobs", "UPDATE labels SET label = label || '!'")
LATER = (*STEPS, SECOND, THIRD)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make this process one of a later version, with these steps."""

    def become(steps: Sequence[Sequence[str]] = LATER) -> None:
        # As if the product's own table of steps were longer.
        monkeypatch.setattr(schema, "STEPS", steps)
        monkeypatch.setattr(opening, "STEPS", steps)
        monkeypatch.setattr(database, "STEPS", steps)
        monkeypatch.setattr(schema.version_of, "__defaults__", (steps,))
        monkeypatch.setattr(schema.upgrade, "__defaults__", (steps,))

    return become


def read(path: Path, statement: str) -> list[tuple[object, ...]]:
    sql = sqlite3.connect(path)
    try:
        return sql.execute(statement).fetchall()
    finally:
        sql.close()


def test_a_new_file_is_made_by_the_same_steps(opened: Opener, path: Path) -> None:
    opened()
    assert read(path, "PRAGMA user_version") == [(len(STEPS),)]


def test_a_file_of_an_older_version_is_upgraded_step_by_step_with_all_that_is_in_it(
    opened: Opener, path: Path, later: Callable[..., None]
) -> None:
    store = opened()
    store.add_job(made_job("a"))
    store.shutdown()
    later()
    store = opened()
    assert read(path, "PRAGMA user_version") == [(len(LATER),)]
    assert read(path, "SELECT label FROM labels") == [("was a!",)]
    assert ids(store.get_all_jobs()) == ["a"]
    store.add_job(made_job("b"))
    store.shutdown()
    assert ids(opened().get_all_jobs()) == ["a", "b"]
    assert read(path, "SELECT label FROM labels") == [("was a!",)]


def test_a_step_that_fails_leaves_the_file_as_it_was(opened: Opener, path: Path, later: Callable[..., None]) -> None:
    opened().shutdown()
    before = path.read_bytes()
    later((*STEPS, SECOND, ("UPDATE no_such_table SET a = 1",)))
    with pytest.raises(JobStoreError, match="no_such_table"):
        opened()
    assert path.read_bytes() == before


def test_an_older_process_refuses_the_upgraded_file(
    opened: Opener, path: Path, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = opened()
    with monkeypatch.context():
        later()
        opened().shutdown()
        later(STEPS)
    with pytest.raises(NewerStoreError):
        old.add_job(made_job())
    with pytest.raises(NewerStoreError):
        opened()


def test_of_several_that_upgrade_at_once_each_step_is_done_once(
    opened: Opener, path: Path, later: Callable[..., None]
) -> None:
    store = opened()
    store.add_job(made_job("a"))
    store.shutdown()
    later()
    stores = all_at_once(*[lambda: opened(timeout=60)] * 4)
    assert read(path, "SELECT label FROM labels") == [("was a!",)]
    assert all(ids(store.get_all_jobs()) == ["a"] for store in stores)


def test_the_version_is_looked_at_without_writing(path: Path) -> None:
    sql = sqlite3.connect(path)
    assert version_of(sql, str(path)) == 0
    assert path.stat().st_size == 0
    upgrade(sql, str(path))
    assert version_of(sql, str(path)) == len(STEPS)
    sql.close()


def test_a_file_of_the_first_version_learns_to_keep_notes(
    opened: Opener, path: Path, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for room in (schema, opening, database):
            patch.setattr(room, "STEPS", ORIGINAL)
        patch.setattr(schema.version_of, "__defaults__", (ORIGINAL,))
        patch.setattr(schema.upgrade, "__defaults__", (ORIGINAL,))
        store = opened()
        store.add_job(made_job("a"))
        store.shutdown()
        assert read(path, "PRAGMA user_version") == [(1,)]
    store = opened()
    store.write_note("topic", "text")
    assert store.read_note("topic") == "text"
    assert ids(store.get_all_jobs()) == ["a"]
