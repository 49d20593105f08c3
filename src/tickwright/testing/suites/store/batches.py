"""Tests of calls about many jobs: each is done for all of them, or for none."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

import pytest

from tickwright.change import Change
from tickwright.errors import ConflictingIdError, JobLookupError, TickwrightError
from tickwright.jobstores.base import JobStore
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    NOW,
    Fragile,
    Unstorable,
    all_at_once,
    at,
    committed,
    idle_job,
    ids,
    made_job,
    made_run,
    moved,
    passed_over,
    unloadable,
)

__all__ = ["BatchTests"]


class BatchTests(StoreCase):
    """`lookup_jobs`, `add_jobs`, `remove_jobs`, `commit_all`."""

    def test_jobs_are_found_together_as_they_would_be_one_by_one(self, store: JobStore) -> None:
        first, second = made_job("first"), made_job("second", due=at(5), args=(2,))
        store.add_job(first)
        store.add_job(second)
        assert store.lookup_jobs(["second", "nobody", "first"]) == {"first": first, "second": second}
        assert store.lookup_jobs(iter(["second"])) == {"second": second}
        assert store.lookup_jobs([]) == {}

    def test_a_job_that_cannot_be_loaded_is_not_among_those_that_are_found(self, store: JobStore) -> None:
        if store.keeps_objects:
            return
        store.add_job(made_job("fine"))
        store.add_job(made_job("broken", trigger=Fragile("broken")))
        with unloadable("broken"):
            assert ids(store.lookup_jobs(["broken", "fine"]).values()) == ["fine"]

    # -- adding --------------------------------------------------------------------------------------

    def test_jobs_that_are_added_together_are_found_as_they_were_added(self, store: JobStore) -> None:
        jobs = [made_job(f"job {n}", due=at(9 - n), args=(n,), executor="odd" if n % 2 else "even") for n in range(9)]
        jobs.append(idle_job("paused", paused=True))
        assert store.add_jobs(jobs)
        assert store.get_all_jobs() == sorted(jobs[:-1], key=lambda job: job.args, reverse=True) + jobs[-1:]
        assert ids(store.read_due(at(3), 9, {"odd"}).due) == ["job 7"]
        assert store.get_next_run_time() == at(1)
        store.add_job(made_job("one more", due=at(-1)))
        assert store.get_next_run_time() == at(-1)

    def test_jobs_that_are_added_to_many_fall_due_among_them(self, store: JobStore) -> None:
        assert store.add_jobs([made_job(f"a {n:02}", due=at(2 * n)) for n in range(40)])
        assert store.add_jobs([made_job("b 1", due=at(3)), made_job("b 2", due=at(1))])
        assert ids(store.get_due_jobs(at(5))) == ["a 00", "b 2", "a 01", "b 1", "a 02"]

    def test_no_jobs_can_be_added(self, store: JobStore) -> None:
        assert store.add_jobs([])
        assert store.get_all_jobs() == []

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_where_one_id_is_taken_none_is_added(self, store: JobStore, place: int) -> None:
        there = made_job("taken", args=("there",))
        store.add_job(there)
        jobs = [made_job("a"), made_job("b")]
        jobs.insert(place, made_job("taken", due=at(-5)))
        with pytest.raises(ConflictingIdError, match="taken"):
            store.add_jobs(jobs)
        assert store.get_all_jobs() == [there]
        assert store.get_next_run_time() == NOW

    def test_an_id_that_a_job_which_cannot_be_loaded_has_is_taken(self, store: JobStore) -> None:
        if store.keeps_objects:
            return
        store.add_job(made_job("broken", trigger=Fragile("broken")))
        with unloadable("broken"), pytest.raises(ConflictingIdError, match="broken"):
            store.add_jobs([made_job("a"), made_job("broken")])
        assert ids(store.get_all_jobs()) == ["broken"]

    def test_where_one_cannot_be_stored_none_is_added(self, store: JobStore) -> None:
        jobs = [made_job("a"), made_job("odd", args=(Unstorable(),)), made_job("b")]
        if store.keeps_objects:
            assert store.add_jobs(jobs)
            return
        with pytest.raises(TickwrightError, match="odd"):
            store.add_jobs(jobs)
        assert store.get_all_jobs() == []

    def test_jobs_take_the_place_of_others_at_the_versions_that_are_told(self, store: JobStore) -> None:
        store.add_job(made_job("old", version=3))
        store.add_job(made_job("other", version=7))
        jobs = [made_job("old", due=at(4), version=4, args=("again",)), made_job("new", due=at(2))]
        assert store.add_jobs(jobs, {"old": 3})
        assert store.lookup_jobs(["old", "new"]) == {job.id: job for job in jobs}
        assert store.lookup_job("other") == made_job("other", version=7)
        assert store.get_next_run_time() == NOW

    def test_a_job_of_which_nothing_can_be_read_is_replaced_and_any_other_is_not(self, store: JobStore) -> None:
        jobs = [made_job("a"), made_job("there", due=at(4))]
        assert not store.add_jobs(jobs, {"there": None})
        there = made_job("there", trigger=Fragile("there"))
        store.add_job(there)
        assert not store.add_jobs(jobs, {"there": None})
        assert store.get_all_jobs() == [there]
        if store.keeps_objects:
            return
        with unloadable("there"):
            # A store that keeps schedules beside the jobs can read that one.
            is_illegible = not store.read_standings(["there"])
            assert store.add_jobs(jobs, {"there": None}) == is_illegible
            assert store.get_all_jobs() == (jobs if is_illegible else [])

    @pytest.mark.parametrize("version", [2, 4, None], ids=str)
    def test_where_one_stands_at_another_version_or_is_gone_nothing_is_done(
        self, store: JobStore, version: int | None
    ) -> None:
        there = [made_job("a old", version=1)]
        if version is not None:
            there.append(made_job("b old", version=version))
        for job in there:
            store.add_job(job)
        jobs = [made_job("new"), made_job("a old", version=2, args=(1,)), made_job("b old", version=5, args=(1,))]
        run = passed_over(1, "a old")
        assert not store.add_jobs(jobs, {"a old": 1, "b old": 3}, (), [run])
        assert store.get_all_jobs() == there
        assert store.get_runs() == []

    def test_what_was_passed_over_goes_on_record_with_the_jobs(self, store: JobStore) -> None:
        store.add_job(made_job("old"))
        run = passed_over(1, "old")
        assert store.add_jobs([made_job("old", due=at(9), version=2)], {"old": 1}, (), [run])
        assert store.get_runs() == [run]
        assert store.get_unsettled_runs() == []

    def test_where_the_next_fire_time_of_one_has_run_already_none_is_added(self, store: JobStore) -> None:
        run = made_run(1, "ran", fire_time=NOW)
        committed(store, Change(job_id="ran", started=(run,)))
        jobs = [made_job("fresh"), made_job("ran")]
        assert not store.add_jobs(jobs, {}, {"fresh", "ran"})
        assert store.get_all_jobs() == []
        assert store.add_jobs(jobs, {}, {"fresh"})
        assert ids(store.get_all_jobs()) == ["fresh", "ran"]

    def test_of_many_that_add_the_same_batch_one_wins(self, store: JobStore) -> None:
        def add(one: JobStore, number: int) -> bool:
            try:
                return one.add_jobs([made_job(f"job {n}", args=(number,)) for n in range(20)])
            except ConflictingIdError:
                return False

        stores = [store, self.neighbour(store)] * 3
        answers = all_at_once(*(lambda one=one, n=n: add(one, n) for n, one in enumerate(stores)))
        assert answers.count(True) == 1
        assert {job.args for job in store.get_all_jobs()} == {(answers.index(True),)}
        assert len(store.get_all_jobs()) == 20

    # -- removing ------------------------------------------------------------------------------------

    def test_jobs_that_are_removed_together_are_gone(self, store: JobStore) -> None:
        for n in range(5):
            store.add_job(made_job(f"job {n}", due=at(n)))
        committed(store, Change(job_id="job 1", recorded=(passed_over(1, "job 1"),)))
        store.remove_jobs(["job 3", "job 0", "job 1"])
        assert ids(store.get_all_jobs()) == ["job 2", "job 4"]
        assert store.get_next_run_time() == at(2)
        assert ids(store.get_runs()) == ["job 1-run-1"]
        store.remove_jobs([])
        assert ids(store.get_all_jobs()) == ["job 2", "job 4"]

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_where_one_is_not_there_none_is_removed(self, store: JobStore, place: int) -> None:
        there = [made_job("a"), made_job("b")]
        for job in there:
            store.add_job(job)
        job_ids = ["a", "b"]
        job_ids.insert(place, "nobody")
        with pytest.raises(JobLookupError, match="nobody"):
            store.remove_jobs(job_ids)
        assert store.get_all_jobs() == there
        assert store.get_next_run_time() == NOW

    def test_jobs_that_cannot_be_loaded_are_removed_with_others(self, store: JobStore) -> None:
        if store.keeps_objects:
            return
        for job in (made_job("broken", trigger=Fragile("broken")), made_job("fine"), made_job("left")):
            store.add_job(job)
        with unloadable("broken"):
            store.remove_jobs(["broken", "fine"])
        assert ids(store.get_all_jobs()) == ["left"]

    # -- changing ------------------------------------------------------------------------------------

    def test_changes_are_all_written(self, store: JobStore) -> None:
        jobs = [made_job(f"job {n}", due=at(n)) for n in range(3)]
        store.add_jobs(jobs)
        run = passed_over(1, "job 1")
        changes = [Change(job_id=job.id, expected_version=1, schedule=moved(job, at(9))) for job in jobs]
        changes[1] = changes[1]._replace(recorded=(run,))
        assert store.commit_all(changes)
        assert store.get_all_jobs() == [job.with_schedule(moved(job, at(9))) for job in jobs]
        assert store.get_runs() == [run]
        assert store.commit_all([])

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_where_one_change_is_refused_none_is_written(self, store: JobStore, place: int) -> None:
        jobs = [made_job(f"job {n}", due=at(n)) for n in range(3)]
        store.add_jobs(jobs)
        changes = [
            Change(
                job_id=job.id,
                expected_version=2 if n == place else 1,
                schedule=moved(job, at(9)),
                recorded=(passed_over(1, job.id),),
            )
            for n, job in enumerate(jobs)
        ]
        assert not store.commit_all(changes)
        assert store.get_all_jobs() == jobs
        assert store.get_runs() == []
        changes[place] = changes[place]._replace(job_id="nobody", expected_version=1)
        assert not store.commit_all(changes)
        assert store.get_all_jobs() == jobs

    def test_a_version_that_is_only_looked_at_is_that_which_the_changes_before_have_left(self, store: JobStore) -> None:
        job, other = made_job(), made_job("other")
        store.add_job(job)
        store.add_job(other)

        def looked(version: int, job_id: str = "job") -> Change:
            return Change(job_id=job_id, expected_version=version)

        changes = [
            looked(1),
            Change(job_id="job", expected_version=1, schedule=moved(job, at(60))),
            looked(1),
            looked(2),
            Change(job_id="job", expected_version=1, remove=True),
            looked(2),
            looked(1, "other"),
            Change(job_id="job", expected_version=2, remove=True),
            looked(2),
            looked(1, "nobody"),
        ]
        assert store.commit(changes) == [True, True, False, True, False, True, True, True, False, False]
        assert store.get_all_jobs() == [other]
