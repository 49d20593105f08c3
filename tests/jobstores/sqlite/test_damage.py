"""Damaged rows and jobs of another release: told, kept as they are, and in nobody else's way."""

import pickle
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.jobstores.sqlite.conftest import Opener
from tickwright.change import Change
from tickwright.errors import UnreadableJobError
from tickwright.jobstores.sqlite import SQLiteJobStore, damaged_run
from tickwright.owner import Lease, Owner
from tickwright.testing.suites.store.material import (
    NOW,
    Fragile,
    all_at_once,
    at,
    committed,
    done,
    ids,
    made_job,
    made_run,
    unloadable,
)


def damage(path: Path, statement: str, *values: object) -> None:
    """Do to the file what no store of ours would do."""
    sql = sqlite3.connect(path, isolation_level=None)
    sql.execute("PRAGMA ignore_check_constraints = ON")
    sql.execute("BEGIN IMMEDIATE")
    sql.execute(statement, values)
    sql.execute("COMMIT")
    sql.close()


def body_of(path: Path, job_id: str) -> Any:
    sql = sqlite3.connect(path)
    (body,) = sql.execute("SELECT body FROM jobs JOIN bodies USING (key) WHERE id = ?", (job_id,)).fetchone()
    sql.close()
    return body


def three_jobs(store: SQLiteJobStore) -> None:
    for number, job_id in enumerate("abc"):
        store.add_job(made_job(job_id, due=at(number)))


def leave(*_: object) -> None:
    """Do what a script does that was not written to be imported."""
    raise SystemExit("usage: script FILE")


class Leaving:
    """A value that ends the program of whoever loads it."""

    def __reduce__(self) -> Any:
        return leave, ()


BODIES = {
    "no bytes at all": b"",
    "cut short": pickle.dumps({"version": 1})[:-3],
    "no pickle": b"\x00\xff garbage",
    "not a dict": pickle.dumps(["version", 1]),
    "without a version": pickle.dumps({}),
    "without a function": pickle.dumps({"version": 1}),
    "of a version to come": pickle.dumps({"version": 7, "func": "x"}),
    "of a class that is gone": b"cno.such.module\nThing\n.",
    "ends the program": pickle.dumps({"version": 1, "args": (Leaving(),)}),
    "text": "text",
    "a number": 7,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_damaged_body_harms_only_its_own_job(opened: Opener, path: Path, body: object) -> None:
    store = opened()
    three_jobs(store)
    damage(path, "UPDATE bodies SET body = ? WHERE key = 2", body)
    batch = store.read_due(at(9), 10)
    assert (ids(batch.due), ids(batch.set_aside)) == (["a", "c"], ["b"])
    assert batch.set_aside[0].next_run_time == at(1)
    assert batch.set_aside[0].body == (body if isinstance(body, bytes) else None)
    assert ids(store.get_all_jobs()) == ["a", "c"]
    assert ids(store.get_unreadable_jobs()) == ["b"]
    with pytest.raises(UnreadableJobError, match="'b'"):
        store.lookup_job("b")
    assert body_of(path, "b") == body


@pytest.mark.parametrize(
    "change",
    [
        "next_run_time = -9000000000000000000",
        "next_run_time = 1.5",
        "next_fire_time = 9000000000000000000",
        "next_fire_time = 'soon'",
        "paused = 'perhaps'",
        "version = 'new'",
        "version = x'00'",
        "executor = x'00', next_run_time = NULL",
        "executor = cast(x'ff' as text), next_run_time = NULL",
        "next_run_time = 'noon'",
        "id = x'6200'",
    ],
)
def test_damaged_columns_harm_only_their_own_job(opened: Opener, path: Path, change: str) -> None:
    store = opened()
    three_jobs(store)
    damage(path, f"UPDATE jobs SET {change} WHERE id = 'b'")
    for _ in range(2):
        assert ids(store.read_due(at(9), 10).due) == ["a", "c"]
        assert store.next_due_time() == NOW
    assert ids(store.get_due_jobs(at(9))) == ["a", "c"]
    assert set(ids(store.get_all_jobs())) - {"b"} == {"a", "c"}
    assert set(store.read_standings(["a", "b", "c"])) - {"b"} == {"a", "c"}
    if "ff" not in change:
        assert len(store.get_unreadable_jobs()) == 1


@pytest.mark.parametrize("change", ["next_run_time = 'noon'", "next_run_time = x'00'", "executor = x'00'"])
def test_a_job_that_will_never_be_due_because_it_is_damaged_is_told_of_all_the_same(
    opened: Opener, path: Path, change: str
) -> None:
    store = opened()
    three_jobs(store)
    store.read_due(at(-9), 10)
    damage(path, f"UPDATE jobs SET {change} WHERE id = 'b'")
    store.readmit_jobs()
    assert ids(store.read_due(at(-9), 10, ["default"]).set_aside) == ["b"]
    store.readmit_jobs()
    assert store.read_due(at(-9), 10, ["default"]).set_aside == ()
    damage(path, "UPDATE jobs SET next_run_time = next_fire_time, executor = 'default' WHERE id = 'b'")
    assert store.readmit_jobs() == ["b"]
    assert ids(store.read_due(at(9), 10).due) == ["a", "b", "c"]
    damage(path, f"UPDATE jobs SET {change} WHERE id = 'b'")
    assert ids(opened().read_due(at(-9), 10).set_aside) == ["b"]


def test_a_job_without_a_body_is_unreadable(opened: Opener, path: Path) -> None:
    store = opened()
    three_jobs(store)
    damage(path, "DELETE FROM bodies WHERE key = 2")
    batch = store.read_due(at(9), 10)
    assert (ids(batch.due), ids(batch.set_aside)) == (["a", "c"], ["b"])
    assert store.read_due(at(9), 10).set_aside == ()
    store.update_job(made_job("b", due=at(1)))
    assert ids(store.read_due(at(9), 10).due) == ["a", "b", "c"]


def test_a_job_that_another_process_has_mended_is_back_by_itself(opened: Opener) -> None:
    store, other = opened(), opened()
    store.add_job(made_job("b", args=(Fragile("b"),)))
    with unloadable("b"):
        assert ids(store.read_due(at(9), 10).set_aside) == ["b"]
        assert store.next_due_time() is None
        other.update_job(made_job("b", args=("mended",), version=2))
        assert store.next_due_time() == NOW
        assert ids(store.read_due(at(9), 10).due) == ["b"]
        # And when it is broken again, that is news again.
        other.update_job(made_job("b", args=(Fragile("b"), "once more"), version=3))
        assert ids(store.read_due(at(9), 10).set_aside) == ["b"]


def test_a_job_that_is_unreadable_here_is_run_by_whoever_can_read_it(opened: Opener) -> None:
    here, there = opened(), opened()
    here.add_job(made_job("b", args=(Fragile("b"),)))
    with unloadable("b"):
        assert ids(here.read_due(at(9), 10).set_aside) == ["b"]
    assert ids(there.read_due(at(9), 10).due) == ["b"]


def test_a_new_job_in_the_place_of_one_that_was_set_aside_is_not_set_aside(opened: Opener) -> None:
    store = opened()
    store.add_job(made_job("b", args=(Fragile("b"),)))
    with unloadable("b"):
        assert ids(store.read_due(at(9), 10).set_aside) == ["b"]
        store.remove_job("b")
        store.add_job(made_job("new"))  # SQLite gives it the same key
        assert ids(store.read_due(at(9), 10).due) == ["new"]


def test_jobs_that_cannot_be_loaded_take_no_places_from_those_that_can(opened: Opener) -> None:
    store = opened()
    for number in range(10):
        store.add_job(made_job(f"broken {number}", due=at(number), args=(Fragile("broken"),)))
    store.add_job(made_job("whole", due=at(11)))
    with unloadable("broken"):
        batch = store.read_due(at(20), 3)
    assert ids(batch.due) == ["whole"]
    assert len(batch.set_aside) == 10


def test_two_threads_that_find_the_same_job_unreadable_tell_it_once(opened: Opener) -> None:
    store = opened()
    store.add_job(made_job("b", args=(Fragile("b"),)))
    with unloadable("b"):
        told = all_at_once(*[lambda: len(store.read_due(at(9), 10).set_aside)] * 8)
    assert sum(told) == 1


RUN_DAMAGE = [
    "status = 'exploded'",
    "fire_time = 'noon'",
    "lateness = 'late'",
    "due_at = 1.5",
    "fire_time = x'00', due_at = x'00'",
    "attempt = 'first', coalesced = -1",
    "executor = x'00', host = x'ff'",
    "reason = x'00', traceback = x'00', started_at = 'then'",
    "fire_time = 9000000000000000000",
]


@pytest.mark.parametrize("change", RUN_DAMAGE)
def test_a_damaged_run_hides_neither_others_nor_itself_and_is_written_anew_when_it_is_settled(
    opened: Opener, path: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    damaged_run._told.clear()
    store = opened()
    store.add_job(made_job())
    committed(store, Change(job_id="job", started=tuple(made_run(number) for number in (1, 2, 3))))
    damage(path, f"UPDATE runs SET {change} WHERE key = 2")
    for _ in range(3):
        assert ids(store.get_runs()) == ["job-run-3", "job-run-2", "job-run-1"]
        assert ids(store.get_unsettled_runs()) == ["job-run-1", "job-run-2", "job-run-3"]
        assert ids(store.read_due(at(9), 1).due[0].unsettled) == ["job-run-1", "job-run-2", "job-run-3"]
    found = store.get_run("job-run-2")
    assert found is not None
    assert not found.is_settled
    assert found.coalesced == found.attempt == 1
    said = [record for record in caplog.records if "is damaged" in record.getMessage()]
    assert len(said) <= 1, "an unsettled run is read at each look at its job: the log must not be flooded"
    committed(store, Change(job_id="job", settled=(done(found, reason="ended"),)))
    caplog.clear()
    assert [run.reason for run in store.get_runs() if run.id == "job-run-2"] == ["ended"]
    assert store.get_unsettled_runs() == [made_run(1), made_run(3)]
    damaged_run._told.clear()
    assert ids(store.get_runs()) == ["job-run-3", "job-run-2", "job-run-1"]
    assert caplog.records == []


def test_a_damaged_outcome_says_that_it_is_damaged(opened: Opener, path: Path) -> None:
    store = opened()
    run = made_run()
    committed(store, Change(job_id="job", started=(run,)))
    committed(store, Change(job_id="job", settled=(done(run),)))
    damage(path, "UPDATE runs SET status = 'exploded'")
    (found,) = store.get_runs()
    assert found.is_settled
    assert found.status == "lost"
    assert found.reason is not None
    assert "its row was damaged: 'exploded'" in found.reason


LEASE_DAMAGE = [
    "seconds = 'soon'",
    "seconds = x'00'",
    "seconds = -5",
    "beat = 'x'",
    "beat = x'00'",
    "seen_at = 'noon'",
    "seen_at = 9000000000000000000",
    "host = x'00', pid = 'p', process = x'00'",
]


@pytest.mark.parametrize("change", LEASE_DAMAGE)
def test_a_damaged_lease_is_read_as_far_as_it_goes_and_still_beats(opened: Opener, path: Path, change: str) -> None:
    store = opened()
    for name in ("one", "two"):
        store.open_lease(Owner(id=name, host="here", pid=7, process="p"), 6.0, NOW)
    damage(path, f"UPDATE leases SET {change} WHERE owner = 'one'")
    one, two = store.get_leases()
    assert (one.owner.id, two) == ("one", Lease(owner=two.owner, seconds=6.0, beat=1, seen_at=NOW))
    assert one.seconds in (6.0, 30.0)
    beats = []
    for _ in range(3):
        assert store.renew_lease("one", NOW)
        beats.append(store.get_leases()[0].beat)
    assert len(set(beats)) == 3, "its owner lives, and whoever watches must see that"
    store.open_lease(Owner(id="one"), 6.0, NOW)
    assert store.get_leases()[0].seconds == 6.0
    store.close_lease("one")
    assert store.get_leases() == [two]


def test_a_lease_that_does_not_say_whose_it_is_is_nobodys(opened: Opener, path: Path) -> None:
    store = opened()
    for name in ("one", "two"):
        store.open_lease(Owner(id=name), 6.0, NOW)
    damage(path, "UPDATE leases SET owner = x'00' WHERE owner = 'one'")
    assert [lease.owner.id for lease in store.get_leases()] == ["two"]
    assert not store.renew_lease("one", NOW)


def test_a_damaged_result_is_told_and_hides_nothing(opened: Opener, path: Path) -> None:
    store = opened()
    run = made_run()
    committed(store, Change(job_id="job", started=(run,)))
    committed(store, Change(job_id="job", settled=(done(run, result=[1], exception=ValueError("no")),)))
    damage(path, "UPDATE runs SET result = x'00', exception = ?", pickle.dumps("no exception"))
    (found,) = store.get_runs()
    assert (found.result, found.exception) == (None, None)
    assert found.reason is not None
    assert "result cannot be loaded" in found.reason
    assert "exception cannot be loaded" in found.reason
