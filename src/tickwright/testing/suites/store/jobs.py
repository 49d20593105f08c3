"""Tests of the heart of a job store: adding, finding, replacing, listing and removing jobs."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from typing import Any

import pytest

from tickwright.change import Change
from tickwright.errors import ConflictingIdError, JobLookupError, TickwrightError
from tickwright.jobstores.base import JobStore
from tickwright.policies import OnLost
from tickwright.stored_job import Schedule
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    NOW,
    Every,
    Unstorable,
    all_at_once,
    at,
    committed,
    idle_job,
    ids,
    made_job,
    made_run,
    moved,
)

__all__ = ["JobTests"]

AWKWARD_IDS = [
    "nightly report",
    "Ω-задача-作業-🦉",
    "o'clock; DROP TABLE jobs; --",
    '"quoted" \\ back\\slashed %s %(x)s {y} $z',
    "100%_done?*[a-z]",
    "two\nlines\tand a tab",
    " leading and trailing ",
    "a/b:c.d#e~f",
    "x" * 255,
    "🦉" * 255,
]

# What a database with a forgiving collation takes for the same text.
LOOK_ALIKES = [
    ("report", "Report"),
    ("report", "report "),
    ("resume", "résumé"),
    ("caf\u00e9", "cafe\u0301"),
    ("straße", "strasse"),
    ("10", "010"),
    ("a_c", "abc"),
]


class JobTests(StoreCase):
    """The heart."""

    def test_a_new_store_is_empty(self, store: JobStore) -> None:
        assert store.get_all_jobs() == []
        assert store.get_due_jobs(NOW) == []
        assert store.get_next_run_time() is None
        assert store.lookup_job("job") is None
        assert store.get_unreadable_jobs() == []

    def test_a_job_is_found_as_it_was_added(self, store: JobStore) -> None:
        job = made_job(
            "report",
            name="Nächtlicher Bericht 🦉",
            trigger=Every(3.25),
            args=(1, "two", None, [3.5, b"four"]),
            kwargs={"naïve": {"nested": (True, at(5))}},
            executor="processes",
            misfire_grace_time=0.1,
            coalesce=False,
            max_instances=7,
            on_lost=OnLost.RERUN,
            schedule=Schedule(next_fire_time=at(1), next_run_time=at(1.000001), version=41),
        )
        store.add_job(job)
        assert store.lookup_job("report") == job

    def test_a_job_that_waits_for_nothing_is_found_as_it_was_added(self, store: JobStore) -> None:
        jobs = [
            idle_job("finished"),
            idle_job("held", fire_time=at(3)),
            idle_job("paused", paused=True, fire_time=at(3)),
            idle_job("paused for good", paused=True),
        ]
        for job in jobs:
            store.add_job(job)
        assert store.get_all_jobs() == jobs

    def test_a_second_job_of_the_same_id_is_refused_and_the_first_stays(self, store: JobStore) -> None:
        store.add_job(made_job("report", args=(1,)))
        with pytest.raises(ConflictingIdError, match="report"):
            store.add_job(made_job("report", due=at(-9), args=(2,)))
        assert store.get_all_jobs() == [made_job("report", args=(1,))]
        assert store.get_next_run_time() == NOW

    @pytest.mark.parametrize("job_id", AWKWARD_IDS, ids=range(len(AWKWARD_IDS)))
    def test_an_awkward_id_is_an_id_like_any_other(self, store: JobStore, job_id: str) -> None:
        job = made_job(job_id, name=job_id, executor=job_id)
        store.add_job(job)
        assert store.lookup_job(job_id) == job
        assert ids(store.read_due(NOW, 10, {job_id}).due) == [job_id]
        store.update_job(job._replace(name="new"))
        assert [found.name for found in store.get_all_jobs()] == ["new"]
        with pytest.raises(ConflictingIdError):
            store.add_job(job)
        store.remove_job(job_id)
        assert store.get_all_jobs() == []

    @pytest.mark.parametrize(("one", "other"), LOOK_ALIKES, ids=range(len(LOOK_ALIKES)))
    def test_ids_that_look_alike_are_different_jobs(self, store: JobStore, one: str, other: str) -> None:
        store.add_job(made_job(one, args=(1,)))
        assert store.lookup_job(other) is None
        store.add_job(made_job(other, args=(2,)))
        assert store.lookup_job(one) == made_job(one, args=(1,))
        store.remove_job(other)
        assert ids(store.get_all_jobs()) == [one]

    def test_an_update_replaces_all_of_a_job(self, store: JobStore) -> None:
        store.add_job(made_job(args=(1,), kwargs={"a": 1}, name="old"))
        job = made_job(due=at(9), version=8, args=(2,), executor="other", trigger=Every(1), max_instances=3)
        store.update_job(job)
        assert store.get_all_jobs() == [job]

    def test_an_update_of_a_job_that_is_not_there_is_refused_and_adds_nothing(self, store: JobStore) -> None:
        with pytest.raises(JobLookupError, match="report"):
            store.update_job(made_job("report"))
        assert store.get_all_jobs() == []

    def test_a_removed_job_is_gone(self, store: JobStore) -> None:
        store.add_job(made_job("a"))
        store.add_job(made_job("b", due=at(1)))
        store.remove_job("a")
        assert store.lookup_job("a") is None
        assert ids(store.get_all_jobs()) == ["b"]
        assert ids(store.get_due_jobs(at(9))) == ["b"]
        assert store.get_next_run_time() == at(1)

    def test_a_job_that_is_not_there_cannot_be_removed(self, store: JobStore) -> None:
        with pytest.raises(JobLookupError, match="report"):
            store.remove_job("report")
        store.add_job(made_job("report"))
        store.remove_job("report")
        with pytest.raises(JobLookupError, match="report"):
            store.remove_job("report")

    def test_the_id_of_a_removed_job_is_free_again(self, store: JobStore) -> None:
        store.add_job(made_job(due=at(-5), version=4))
        store.remove_job("job")
        store.add_job(made_job(due=at(5)))
        assert store.lookup_job("job") == made_job(due=at(5))
        assert store.get_due_jobs(NOW) == []

    def test_all_jobs_can_be_removed_at_once(self, store: JobStore) -> None:
        store.remove_all_jobs()
        for number in range(5):
            store.add_job(made_job(f"job {number}"))
        store.add_job(idle_job("paused", paused=True))
        store.remove_all_jobs()
        assert store.get_all_jobs() == []
        assert store.get_next_run_time() is None
        assert store.read_due(at(9), 10).due == ()
        store.add_job(made_job("job 0"))
        assert ids(store.get_due_jobs(NOW)) == ["job 0"]

    def test_jobs_are_listed_by_time_then_id_and_those_without_a_time_at_the_end(self, store: JobStore) -> None:
        for job in (
            idle_job("0 paused", paused=True),
            made_job("c", due=at(2)),
            made_job("d", due=at(1)),
            idle_job("1 finished"),
            made_job("b", due=at(2)),
            made_job("a", due=at(2.000001)),
        ):
            store.add_job(job)
        assert ids(store.get_all_jobs()) == ["d", "b", "c", "a", "0 paused", "1 finished"]

    # -- replacing under a condition -----------------------------------------------------------------

    def test_a_job_is_replaced_if_its_version_is_the_one_expected(self, store: JobStore) -> None:
        store.add_job(made_job(version=3))
        changed = made_job(due=at(7), version=4, args=("new",))
        assert store.update_job_if(changed, 3)
        assert store.lookup_job("job") == changed
        assert store.get_next_run_time() == at(7)

    @pytest.mark.parametrize("version", [2, 4])
    def test_a_job_of_another_version_is_not_replaced(self, store: JobStore, version: int) -> None:
        job = made_job(version=3)
        store.add_job(job)
        assert not store.update_job_if(made_job(due=at(7), version=5, args=("new",)), version)
        assert store.get_all_jobs() == [job]
        assert store.get_next_run_time() == NOW

    def test_a_job_that_is_gone_is_not_replaced(self, store: JobStore) -> None:
        assert not store.update_job_if(made_job(version=2), 1)
        assert store.get_all_jobs() == []

    def test_of_many_that_replace_the_same_version_one_wins(self, store: JobStore) -> None:
        job = made_job(args=(0,))
        store.add_job(job)
        stores = [store, self.neighbour(store)] * 4
        answers = all_at_once(
            *(
                lambda one=one, n=n: one.update_job_if(job._replace(args=(n,), schedule=moved(job, at(n))), 1)
                for n, one in enumerate(stores)
            )
        )
        assert answers.count(True) == 1
        winner = answers.index(True)
        assert store.lookup_job("job") == job._replace(args=(winner,), schedule=moved(job, at(winner)))

    # -- threads -------------------------------------------------------------------------------------

    def test_of_many_that_add_the_same_id_one_wins(self, store: JobStore) -> None:
        def add(one: JobStore, number: int) -> bool:
            try:
                one.add_job(made_job(args=(number,)))
            except ConflictingIdError:
                return False
            return True

        stores = [store, self.neighbour(store)] * 4
        answers = all_at_once(*(lambda one=one, n=n: add(one, n) for n, one in enumerate(stores)))
        assert answers.count(True) == 1
        assert store.get_all_jobs() == [made_job(args=(answers.index(True),))]

    def test_jobs_that_many_threads_add_are_all_there(self, store: JobStore) -> None:
        def add(thread: int) -> None:
            for number in range(10):
                store.add_job(made_job(f"{thread}.{number}", due=at(thread * 10 + number)))

        all_at_once(*(lambda thread=thread: add(thread) for thread in range(4)))
        expected = [f"{thread}.{number}" for thread in range(4) for number in range(10)]
        assert ids(store.get_all_jobs()) == expected
        assert ids(store.get_due_jobs(at(40))) == expected

    # -- what a job is made of -----------------------------------------------------------------------

    def test_what_a_reader_does_to_arguments_stays_his_own_unless_objects_are_kept(self, store: JobStore) -> None:
        given: list[int] = [1]
        store.add_job(made_job(args=(given,)))
        first, second = (self.found(store, "job").args[0] for _ in range(2))
        if store.keeps_objects:
            assert first is given
            assert second is given
        else:
            first.append(2)
            given.append(3)
            assert second == [1]
            assert self.found(store, "job").args == ([1],)

    def test_a_job_that_no_name_leads_to_is_kept_as_an_object_or_refused_aloud(self, store: JobStore) -> None:
        self.kept_or_refused(store, made_job("odd", func=lambda: None, reference=None))

    def test_an_argument_that_cannot_be_stored_is_kept_as_an_object_or_refused_aloud(self, store: JobStore) -> None:
        self.kept_or_refused(store, made_job("odd", args=(Unstorable(),)))

    def kept_or_refused(self, store: JobStore, odd: Any) -> None:
        store.add_job(made_job("ordinary"))
        if store.keeps_objects:
            store.add_job(odd)
            assert store.lookup_job("odd") == odd
            return
        with pytest.raises(TickwrightError, match="odd"):
            store.add_job(odd)
        with pytest.raises(TickwrightError, match="ordinary"):
            store.update_job(odd._replace(id="ordinary"))
        with pytest.raises(TickwrightError, match="ordinary"):
            store.update_job_if(odd._replace(id="ordinary"), 1)
        assert store.get_all_jobs() == [made_job("ordinary")]

    def test_a_large_argument_comes_back_whole(self, store: JobStore) -> None:
        job = made_job(args=(bytes(range(256)) * 4096,))
        store.add_job(job)
        assert store.lookup_job("job") == job

    def test_a_job_whose_next_fire_time_has_run_already_is_not_added(self, store: JobStore) -> None:
        ran, fresh = made_job("ran"), made_job("fresh")
        run = made_run(1, "ran", fire_time=ran.schedule.next_fire_time)
        committed(store, Change(job_id="ran", started=(run,)))
        assert not store.add_job_unless_run(ran)
        assert store.add_job_unless_run(fresh)
        assert ids(store.get_all_jobs()) == ["fresh"]
        with pytest.raises(ConflictingIdError):
            store.add_job_unless_run(fresh)

    def found(self, store: JobStore, job_id: str) -> Any:
        job = store.lookup_job(job_id)
        assert job is not None
        return job
