"""Tests of starting, stopping and starting again, and of what another process sees."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

import pytest

from tickwright.change import Change
from tickwright.errors import JobStoreError
from tickwright.jobstores.base import JobStore
from tickwright.owner import Owner
from tickwright.report import Started
from tickwright.run import RunStatus
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    Host,
    at,
    committed,
    done,
    idle_job,
    ids,
    made_job,
    made_run,
    moved,
    passed_over,
)

__all__ = ["RestartTests"]


class RestartTests(StoreCase):
    """One store, more than one life."""

    def test_shutting_down_twice_or_before_the_start_is_fine(self) -> None:
        store = self.make_store()
        store.shutdown()
        self.started(store)
        store.shutdown()
        store.shutdown()

    def test_a_store_knows_the_alias_it_was_started_under(self) -> None:
        store = self.make_store()
        self.started(store)
        assert store.alias == "default"
        store.shutdown()
        store.start(Host(), "other")
        assert store.alias == "other"

    def test_a_store_that_is_always_open_answers_before_the_start_and_after_the_shutdown(self) -> None:
        store = self.make_store()
        if not store.is_always_open:
            return
        assert (store.get_all_jobs(), store.get_runs(), store.get_unreadable_jobs()) == ([], [], [])
        self.started(store)
        job, run = made_job(), made_run()
        store.add_job(job)
        committed(store, Change(job_id="job", expected_version=1, schedule=moved(job, at(60)), started=(run,)))
        store.shutdown()
        assert ids(store.get_all_jobs()) == ["job"]
        assert store.lookup_job("job") is not None
        assert store.get_runs(job_id="job") == [run]

    def test_a_store_that_starts_again_goes_on_with_all_it_had(self, store: JobStore) -> None:
        job, run = made_job(), made_run()
        store.add_job(job)
        committed(store, Change(job_id="job", expected_version=1, schedule=moved(job, at(60)), started=(run,)))
        store.open_lease(Owner(id="me"), 10, at(0))
        for _ in range(2):
            store.shutdown()
            store.start(Host(), "default")
        assert store.get_all_jobs() == [job.with_schedule(moved(job, at(60)))]
        assert store.get_unsettled_runs() == [run]
        assert [lease.owner.id for lease in store.get_leases()] == ["me"]
        committed(store, Change(job_id="job", expected_version=2, remove=True, settled=(done(run),)))

    def test_a_note_is_kept_until_another_takes_its_place(self, store: JobStore) -> None:
        assert store.read_note("größe") is None
        store.write_note("größe", "1")
        store.write_note("other", "")
        store.write_note("größe", "2 🦉")
        assert (store.read_note("größe"), store.read_note("other")) == ("2 🦉", "")
        if store.survives_restart:
            store.shutdown()
            store.start(Host(), "default")
            assert store.read_note("größe") == "2 🦉"

    def test_what_was_committed_is_there_in_the_next_process_or_nothing_is(self, store: JobStore) -> None:
        job, paused = made_job("a"), idle_job("b", paused=True, fire_time=at(7))
        store.add_job(job)
        store.add_job(paused)
        waiting, begun, settled = (made_run(n, "a") for n in (1, 2, 3))
        committed(
            store,
            Change(
                job_id="a",
                expected_version=1,
                schedule=moved(job, at(60)),
                started=(waiting, begun, settled),
                recorded=(passed_over(4, "a"),),
            ),
        )
        news = Started(run_id=begun.id, started_at=at(2.5))
        committed(store, Change(job_id="a", begun=(news,), settled=(done(settled, result=[1]),)))
        store.open_lease(Owner(id="me", pid=7), 10, at(0))
        store.renew_lease("me", at(1))
        leases = store.get_leases()
        store.shutdown()

        if not store.survives_restart:
            fresh = self.started(self.make_store())
            assert fresh.get_all_jobs() == []
            assert fresh.get_runs() == []
            assert fresh.get_leases() == []
            return
        store = self.started(self.reopen(store))
        assert store.get_all_jobs() == [job.with_schedule(moved(job, at(60))), paused]
        running = begun._replace(status=RunStatus.RUNNING, started_at=at(2.5))
        assert store.get_unsettled_runs("me") == [waiting, running]
        assert store.get_runs() == [passed_over(4, "a"), done(settled, result=[1]), running, waiting]
        assert store.get_leases() == leases
        assert store.next_due_time() == at(60)
        # And it goes on from there: the order, the versions and the beats.
        later = made_run(5, "a")
        assert store.commit([Change(job_id="a", expected_version=1, started=(later,))]) == [False]
        committed(store, Change(job_id="a", expected_version=2, started=(later,), settled=(done(waiting),)))
        assert ids(store.get_runs(limit=2)) == ["a-run-5", "a-run-4"]
        assert store.renew_lease("me", at(2))
        assert store.get_leases()[0].beat == leases[0].beat + 1

    def test_another_process_sees_what_is_committed_or_is_told_that_it_may_not(self, store: JobStore) -> None:
        store.add_job(made_job())
        if not store.survives_restart:
            assert self.started(self.make_store()).get_all_jobs() == []
            return
        if not self.is_shared:
            other = self.reopen(store)
            with pytest.raises(JobStoreError):
                other.start(Host(), "default")
            other.shutdown()
            assert store.get_all_jobs() == [made_job()]
            return
        other = self.started(self.reopen(store))
        assert other.get_all_jobs() == [made_job()]
        run = made_run()
        committed(
            other,
            Change(job_id="job", expected_version=1, schedule=moved(made_job(), at(60)), started=(run,)),
        )
        assert store.next_due_time() == at(60)
        assert store.get_unsettled_runs() == [run]
        committed(store, Change(job_id="job", expected_version=2, remove=True, settled=(done(run),)))
        assert other.lookup_job("job") is None
        assert other.next_due_time() is None
        assert other.get_runs() == [done(run)]
        store.open_lease(Owner(id="me"), 10, at(0))
        other.close_lease("me")
        assert not store.renew_lease("me", at(1))
