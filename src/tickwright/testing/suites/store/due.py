"""Tests of what is due: exact to the microsecond, in order, in batches, by executor."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tickwright.change import Change
from tickwright.jobstores.base import JobStore
from tickwright.stored_job import Schedule
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    EARLIEST,
    LATEST,
    NOW,
    at,
    committed,
    done,
    idle_job,
    ids,
    made_job,
    made_run,
    moved,
)

__all__ = ["DueTests"]

MICROSECOND = timedelta(microseconds=1)

EXACT_TIMES = [
    EARLIEST,
    EARLIEST + MICROSECOND,
    datetime(1582, 10, 15, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(2255, 6, 5, 23, 47, 34, 740993, tzinfo=UTC),  # microseconds beyond what a float holds
    datetime(9999, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
    LATEST - MICROSECOND,
    LATEST,
]


class DueTests(StoreCase):
    """What is due, and when the next job is."""

    def due(self, store: JobStore, now: datetime, limit: int = 1000) -> list[str]:
        """Return the ids of what is due, after seeing that all ways of asking agree."""
        found = ids(store.read_due(now, limit).due)
        assert found == ids(store.get_due_jobs(now))[:limit]
        assert store.next_due_time() == store.get_next_run_time()
        return found

    # -- when ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize("time", EXACT_TIMES, ids=str)
    def test_a_job_is_due_from_its_very_microsecond_on(self, store: JobStore, time: datetime) -> None:
        job = made_job(due=time)
        store.add_job(job)
        if time > EARLIEST:
            assert self.due(store, time - MICROSECOND) == []
        assert self.due(store, time) == ["job"]
        assert self.due(store, LATEST) == ["job"]
        assert store.next_due_time() == time
        assert store.lookup_job("job") == job

    def test_times_a_microsecond_apart_are_told_apart_and_in_order(self, store: JobStore) -> None:
        for index in Random(1).sample(range(len(EXACT_TIMES)), len(EXACT_TIMES)):
            store.add_job(made_job(f"job {index}", due=EXACT_TIMES[index]))
        assert self.due(store, LATEST) == [f"job {index}" for index in range(len(EXACT_TIMES))]
        assert [job.schedule.next_run_time for job in store.get_all_jobs()] == EXACT_TIMES

    def test_instants_come_back_in_utc(self, store: JobStore) -> None:
        store.add_job(made_job(due=at(1)))
        committed(store, Change(job_id="job", started=(made_run(),)))
        due = store.read_due(at(9), 1).due[0]
        schedule, run = due.job.schedule, due.unsettled[0]
        instants = [schedule.next_run_time, schedule.next_fire_time, store.next_due_time(), run.fire_time]
        assert [time.utcoffset() for time in instants if time is not None] == [timedelta(0)] * 4

    @pytest.mark.parametrize(
        "job",
        [
            idle_job("paused", paused=True, fire_time=at(-5)),
            idle_job("held", fire_time=at(-5)),
            idle_job("finished"),
        ],
        ids=lambda job: job.id,
    )
    def test_a_job_that_is_not_to_be_taken_is_never_due(self, store: JobStore, job: object) -> None:
        assert isinstance(job, type(made_job()))
        store.add_job(job)
        assert self.due(store, LATEST) == []
        assert store.next_due_time() is None
        store.add_job(made_job("other", due=at(5)))
        assert self.due(store, LATEST) == ["other"]
        assert store.next_due_time() == at(5)

    def test_a_job_is_no_longer_due_when_it_is_paused_and_due_again_when_it_is_resumed(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        assert self.due(store, at(1)) == ["job"]
        paused = Schedule(next_fire_time=NOW, paused=True, version=2)
        assert store.update_job_if(job.with_schedule(paused), 1)
        assert self.due(store, at(1)) == []
        assert store.next_due_time() is None
        assert store.update_job_if(job.with_schedule(moved(job, NOW, by=2)), 2)
        assert self.due(store, at(1)) == ["job"]

    # -- which ---------------------------------------------------------------------------------------

    def test_reading_takes_nothing_away(self, store: JobStore) -> None:
        for number in range(3):
            store.add_job(made_job(str(number), due=at(number)))
        for _ in range(3):
            assert self.due(store, at(5)) == ["0", "1", "2"]
            assert self.due(store, at(5), 2) == ["0", "1"]
            assert store.next_due_time() == NOW

    def test_jobs_due_first_are_in_front_whenever_they_were_added(self, store: JobStore) -> None:
        numbers = Random(2).sample(range(40), 40)
        for number in numbers[:20]:
            store.add_job(made_job(f"{number:02}", due=at(number)))
        self.due(store, at(100), 5)
        for number in numbers[20:]:
            store.add_job(made_job(f"{number:02}", due=at(number)))
            self.due(store, at(100), 5)
        assert self.due(store, at(100)) == [f"{number:02}" for number in range(40)]

    @pytest.mark.parametrize(("limit", "expected"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (10_000, 3)])
    def test_no_more_are_read_than_asked_for(self, store: JobStore, limit: int, expected: int) -> None:
        for number in range(3):
            store.add_job(made_job(str(number), due=at(number)))
        assert self.due(store, at(5), limit) == ["0", "1", "2"][:expected]

    def test_a_clock_that_was_set_back_makes_jobs_wait_again(self, store: JobStore) -> None:
        for number in range(3):
            store.add_job(made_job(str(number), due=at(number)))
        assert self.due(store, at(2)) == ["0", "1", "2"]
        assert self.due(store, at(1)) == ["0", "1"]
        assert self.due(store, at(-1)) == []
        assert store.next_due_time() == NOW
        assert self.due(store, at(2)) == ["0", "1", "2"]

    def test_a_job_is_due_at_its_new_time_only(self, store: JobStore) -> None:
        job = made_job(due=at(1))
        store.add_job(job)
        for version, time in enumerate([5.0, 1.0, 5.0, 0.5, 3.0, 1.0], start=1):
            self.due(store, at(2))
            schedule = Schedule(next_fire_time=at(time), next_run_time=at(time), version=version + 1)
            committed(store, Change(job_id="job", expected_version=version, schedule=schedule))
            assert store.next_due_time() == at(time)
            assert self.due(store, at(time) - MICROSECOND) == []
            assert self.due(store, at(9)) == ["job"]

    def test_a_backlog_is_read_in_batches_and_each_job_once(self, store: JobStore) -> None:
        expected = [f"{number:03}" for number in range(100)]
        for job_id in Random(3).sample(expected, 100):
            store.add_job(made_job(job_id, due=at(int(job_id) // 3)))
        found = []
        while batch := store.read_due(at(50), 7).due:
            found += ids(batch)
            committed(
                store,
                *(Change(job_id=due.job.id, expected_version=1, schedule=moved(due.job, at(100))) for due in batch),
            )
        assert sorted(found) == expected
        assert [int(job_id) // 3 for job_id in found] == [number // 3 for number in range(100)]
        assert store.next_due_time() == at(100)

    # -- executors -----------------------------------------------------------------------------------

    def test_only_jobs_for_the_given_executors_are_read(self, store: JobStore) -> None:
        for number, executor in enumerate(["a", "b", "c", "a", "b", "c"]):
            store.add_job(made_job(str(number), due=at(number), executor=executor))

        def due(*executors: str, limit: int = 10) -> list[str]:
            return ids(store.read_due(at(9), limit, executors).due)

        assert due("a") == ["0", "3"]
        assert due("b", "c") == ["1", "2", "4", "5"]
        assert due("c", "b", limit=3) == ["1", "2", "4"]
        assert due("a", "nobody") == ["0", "3"]
        assert due("nobody") == []
        assert due() == []
        assert ids(store.read_due(at(9), 4, None).due) == ["0", "1", "2", "3"]

    def test_the_backlog_of_a_full_executor_does_not_hide_the_jobs_of_another(self, store: JobStore) -> None:
        for number in range(30):
            store.add_job(made_job(f"crowd {number}", due=at(number), executor="full"))
        store.add_job(made_job("lonely", due=at(50), executor="idle"))
        assert ids(store.read_due(at(60), 1, {"idle"}).due) == ["lonely"]
        assert store.next_due_time({"idle"}) == at(50)

    def test_a_job_moves_with_its_executor(self, store: JobStore) -> None:
        store.add_job(made_job(executor="a"))
        # Somebody stays behind in each place.
        store.add_job(made_job("a stays", due=at(99), executor="a"))
        store.add_job(made_job("b stays", due=at(99), executor="b"))
        for executor, other in (("b", "a"), ("a", "b"), ("b", "a")):
            store.update_job(made_job(executor=executor))
            assert ids(store.read_due(NOW, 9, {executor}).due) == ["job"]
            assert store.read_due(NOW, 9, {other}).due == ()
            assert store.next_due_time({other}) == at(99)
            assert self.due(store, NOW) == ["job"]

    def test_the_next_due_time_is_the_earliest_of_the_given_executors(self, store: JobStore) -> None:
        store.add_job(made_job("1", due=at(1), executor="a"))
        store.add_job(made_job("2", due=at(2), executor="b"))
        store.add_job(made_job("3", due=at(3), executor="b"))
        store.add_job(idle_job("4", paused=True))
        assert store.next_due_time() == at(1)
        assert store.next_due_time(None) == at(1)
        assert store.next_due_time({"b"}) == at(2)
        assert store.next_due_time({"a", "b", "nobody"}) == at(1)
        assert store.next_due_time({"nobody"}) is None
        assert store.next_due_time(()) is None
        store.remove_job("1")
        assert store.next_due_time() == at(2)
        assert store.next_due_time({"a"}) is None

    # -- with their runs -----------------------------------------------------------------------------

    def test_due_jobs_come_with_their_runs_that_have_not_ended(self, store: JobStore) -> None:
        store.add_job(made_job("a"))
        store.add_job(made_job("b", due=at(1)))
        first, second, third = (made_run(number, "a") for number in (1, 2, 3))
        committed(store, Change(job_id="a", started=(first, second)), Change(job_id="a", started=(third,)))
        committed(store, Change(job_id="a", settled=(done(second),)))
        due = store.read_due(at(5), 5).due
        assert [(one.job.id, one.unsettled) for one in due] == [("a", (first, third)), ("b", ())]
