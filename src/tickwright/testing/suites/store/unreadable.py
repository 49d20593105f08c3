"""Tests of jobs that cannot be loaded: set aside and told once, listed, never deleted, back when they can be.

A store that keeps objects loads nothing, so nothing can become unreadable: there the same jobs must go on as
if nothing had happened, and the same tests say so.
"""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from tickwright.change import Change
from tickwright.errors import ConflictingIdError, UnreadableJobError
from tickwright.jobstores.base import JobStore
from tickwright.stored_job import StoredJob
from tickwright.testing.suites.store import material
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    Fragile,
    at,
    committed,
    done,
    ids,
    made_job,
    made_run,
    moved,
    unloadable,
)

__all__ = ["UnreadableTests"]


def fragile_job(job_id: str, number: int) -> StoredJob:
    """Return a job with an argument whose module can be taken away."""
    return made_job(job_id, due=at(number), args=(Fragile(job_id),))


class UnreadableTests(StoreCase):
    """Three jobs are stored, due one after another, and `b` cannot be loaded."""

    @pytest.fixture
    def damage(self) -> Iterator[ExitStack]:
        """Open while `b` is damaged; closing it mends `b`."""
        with ExitStack() as damage:
            yield damage

    @pytest.fixture
    def damaged(self, store: JobStore, damage: ExitStack) -> JobStore:
        """The store, after a restart that found the module of `b` missing."""
        for number, job_id in enumerate("abc"):
            store.add_job(fragile_job(job_id, number))
        damage.enter_context(self.damaging("b"))
        return self.restarted(store)

    def damaging(self, job_id: str) -> AbstractContextManager[None]:
        """Return a context in which this job cannot be loaded."""
        return unloadable(job_id)

    def all_due(self, store: JobStore) -> tuple[list[str], list[str]]:
        """Return the ids of the jobs that one big read finds due, and of those it sets aside."""
        batch = store.read_due(at(9), 100)
        return ids(batch.due), ids(batch.set_aside)

    def test_it_is_set_aside_once_and_the_others_go_on(self, damaged: JobStore) -> None:
        if damaged.keeps_objects:
            assert self.all_due(damaged) == (["a", "b", "c"], [])
            return
        assert self.all_due(damaged) == (["a", "c"], ["b"])
        assert self.all_due(damaged) == (["a", "c"], [])
        assert ids(damaged.get_due_jobs(at(9))) == ["a", "c"]
        assert ids(damaged.get_all_jobs()) == ["a", "c"]

    def test_it_is_found_before_it_is_due_and_told_once(self, damaged: JobStore) -> None:
        found = [] if damaged.keeps_objects else ["b"]
        assert ids(damaged.find_unreadable_jobs(100)) == found
        assert ids(damaged.find_unreadable_jobs(100)) == []
        assert self.all_due(damaged) == ([one for one in "abc" if one not in found], [])

    def test_it_does_not_stop_a_loop_that_reads_one_job_at_a_time(self, damaged: JobStore) -> None:
        found: list[str] = []
        aside: list[str] = []
        for _ in range(6):
            batch = damaged.read_due(at(9), 1)
            aside += ids(batch.set_aside)
            found += ids(batch.due)
            for due in batch.due:
                change = Change(job_id=due.job.id, expected_version=1, schedule=moved(due.job))
                committed(damaged, change)
        assert (found, aside) == ((["a", "b", "c"], []) if damaged.keeps_objects else (["a", "c"], ["b"]))

    def test_nobody_is_woken_for_it_once_it_is_set_aside(self, damaged: JobStore) -> None:
        damaged.read_due(at(9), 100)
        damaged.remove_job("a")
        expected = at(1) if damaged.keeps_objects else at(2)
        assert damaged.next_due_time() == damaged.get_next_run_time() == expected

    def test_looking_it_up_says_that_it_cannot_be_loaded(self, damaged: JobStore) -> None:
        if damaged.keeps_objects:
            assert damaged.lookup_job("b") == fragile_job("b", 1)
            return
        for _ in range(2):
            with pytest.raises(UnreadableJobError, match="b"):
                damaged.lookup_job("b")

    @pytest.mark.parametrize("was_read", [False, True])
    def test_it_is_listed_with_its_reason(self, damaged: JobStore, was_read: bool) -> None:
        if was_read:
            damaged.read_due(at(9), 100)
        if damaged.keeps_objects:
            assert damaged.get_unreadable_jobs() == []
            return
        for _ in range(2):
            (unreadable,) = damaged.get_unreadable_jobs()
            assert unreadable.job_id == "b"
            assert "not installed here" in unreadable.reason
            assert unreadable.next_run_time == at(1)

    @pytest.mark.parametrize("was_read", [False, True])
    def test_it_comes_back_as_it_was_when_it_can_be_loaded_again(
        self, damaged: JobStore, damage: ExitStack, was_read: bool
    ) -> None:
        if was_read:
            damaged.read_due(at(9), 100)
        assert damaged.readmit_jobs() == []
        damage.close()
        back = damaged.readmit_jobs()
        if damaged.keeps_objects:
            assert back == []
        elif was_read:
            assert back == ["b"]
        assert damaged.readmit_jobs() == []
        assert damaged.get_unreadable_jobs() == []
        assert damaged.lookup_job("b") == fragile_job("b", 1)
        assert self.all_due(damaged) == (["a", "b", "c"], [])
        assert ids(damaged.get_all_jobs()) == ["a", "b", "c"]
        damaged.remove_job("a")
        assert damaged.next_due_time() == at(1)

    def test_it_can_be_damaged_and_mended_again_and_again(self, damaged: JobStore, damage: ExitStack) -> None:
        for _ in range(3):
            assert self.all_due(damaged)[1] == ([] if damaged.keeps_objects else ["b"])
            damage.close()
            assert damaged.readmit_jobs() == ([] if damaged.keeps_objects else ["b"])
            assert self.all_due(damaged) == (["a", "b", "c"], [])
            damage.enter_context(self.damaging("b"))
            damaged = self.restarted(damaged)

    def test_it_comes_back_after_a_restart_too(self, damaged: JobStore, damage: ExitStack) -> None:
        damaged.read_due(at(9), 100)
        damage.close()
        store = self.restarted(damaged)
        store.readmit_jobs()
        assert self.all_due(store) == (["a", "b", "c"], [])

    def test_its_id_stays_taken(self, damaged: JobStore) -> None:
        with pytest.raises(ConflictingIdError, match="b"):
            damaged.add_job(made_job("b"))
        damaged.read_due(at(9), 100)
        with pytest.raises(ConflictingIdError, match="b"):
            damaged.add_job(made_job("b"))

    def test_it_can_be_replaced_and_is_readable_then(self, damaged: JobStore) -> None:
        damaged.read_due(at(9), 100)
        damaged.update_job(made_job("b", due=at(1), version=2))
        assert damaged.lookup_job("b") == made_job("b", due=at(1), version=2)
        assert damaged.get_unreadable_jobs() == []
        assert self.all_due(damaged) == (["a", "b", "c"], [])

    @pytest.mark.parametrize("was_read", [False, True])
    def test_it_can_be_removed(self, damaged: JobStore, damage: ExitStack, was_read: bool) -> None:
        if was_read:
            damaged.read_due(at(9), 100)
        damaged.remove_job("b")
        assert damaged.get_unreadable_jobs() == []
        damage.close()
        assert damaged.readmit_jobs() == []
        assert damaged.lookup_job("b") is None
        assert self.all_due(damaged) == (["a", "c"], [])

    def test_it_goes_when_all_jobs_are_removed(self, damaged: JobStore, damage: ExitStack) -> None:
        damaged.read_due(at(9), 100)
        damaged.remove_all_jobs()
        assert damaged.get_unreadable_jobs() == []
        damage.close()
        assert damaged.get_all_jobs() == []

    def test_its_standing_is_known_and_its_last_run_can_be_settled(self, store: JobStore) -> None:
        run = made_run(1, "b")
        store.add_job(fragile_job("b", 1))
        committed(store, Change(job_id="b", started=(run,)))
        with self.damaging("b"):
            store = self.restarted(store)
            store.read_due(at(9), 100)
            if type(store).read_standings is JobStore.read_standings and not store.keeps_objects:
                # The default cannot tell a schedule from a body. The outcome is recorded all the same.
                assert store.read_standings(["b"]) == {}
                committed(store, Change(job_id="b", settled=(done(run),)))
                assert store.get_runs() == [done(run)]
                return
            standing = store.read_standings(["b"])["b"]
            assert standing.schedule == fragile_job("b", 1).schedule
            assert standing.unsettled == (run,)
            schedule = moved(fragile_job("b", 1), at(5))
            committed(store, Change(job_id="b", expected_version=1, schedule=schedule, settled=(done(run),)))
            assert store.get_runs() == [done(run)]
        store.readmit_jobs()
        assert store.lookup_job("b") == fragile_job("b", 1).with_schedule(schedule)
        assert store.next_due_time() == at(5)

    def test_a_function_that_was_renamed_makes_its_jobs_unreadable(
        self, store: JobStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = made_job("b", func=material.vanishing)
        store.add_job(job)
        with monkeypatch.context() as renamed:
            renamed.delattr(material, "vanishing")
            store = self.restarted(store)
            if store.keeps_objects:
                assert store.lookup_job("b") == job
                return
            with pytest.raises(UnreadableJobError, match="vanishing"):
                store.lookup_job("b")
            assert self.all_due(store) == ([], ["b"])
            assert store.next_due_time() is None
        assert store.readmit_jobs() == ["b"]
        assert store.lookup_job("b") == job
