"""Tests of the history: reading runs back by job, status and time, how jobs stand, and retention."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tickwright.change import Change
from tickwright.due import Standing
from tickwright.jobstores.base import JobStore
from tickwright.run import Run, RunStatus
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    at,
    committed,
    done,
    ids,
    made_job,
    made_run,
    moved,
    passed_over,
)

__all__ = ["RunTests"]


class RunTests(StoreCase):
    """What is on record."""

    def record(self, store: JobStore, *runs: Run) -> None:
        """Put runs on record, as they are, in this order."""
        committed(
            store,
            *(
                Change(job_id=run.job_id, recorded=(run,))
                if run.is_settled
                else Change(job_id=run.job_id, started=(run,))
                for run in runs
            ),
        )

    # -- reading -------------------------------------------------------------------------------------

    def test_a_run_that_is_not_on_record_is_none(self, store: JobStore) -> None:
        assert store.get_run("nobody's") is None
        assert store.get_runs() == []
        assert store.get_runs(job_id="nobody") == []
        assert store.get_unsettled_runs() == []

    def test_runs_are_given_newest_first_by_when_they_were_taken(self, store: JobStore) -> None:
        # Taken one after another, for fire times that go the other way.
        runs = [made_run(n, fire_time=at(-n), due_at=at(-n), lateness=timedelta(seconds=3 * n)) for n in range(6)]
        self.record(store, *runs)
        assert store.get_runs() == runs[::-1]
        assert store.get_unsettled_runs() == runs
        committed(store, *(Change(job_id="job", settled=(done(runs[n]),)) for n in (4, 0, 2)))
        assert ids(store.get_runs()) == ids(runs[::-1])
        assert store.get_unsettled_runs() == [runs[1], runs[3], runs[5]]

    def test_runs_started_by_one_change_are_in_its_order(self, store: JobStore) -> None:
        runs = tuple(made_run(number) for number in (1, 2, 3))
        committed(store, Change(job_id="job", started=runs))
        assert store.get_unsettled_runs() == list(runs)
        assert store.get_runs() == list(runs[::-1])

    def test_runs_are_found_by_job_by_status_and_since_a_fire_time(self, store: JobStore) -> None:
        runs = [passed_over(n, "ab"[n % 2], (RunStatus.MISSED, RunStatus.SKIPPED)[n // 4]) for n in range(8)]
        self.record(store, *runs)

        def found(**wanted: object) -> list[int]:
            return [int(run.id.rpartition("-")[2]) for run in store.get_runs(**wanted)]  # type: ignore[arg-type] # any of them

        assert found() == [7, 6, 5, 4, 3, 2, 1, 0]
        assert found(job_id="a") == [6, 4, 2, 0]
        assert found(status=RunStatus.MISSED) == [3, 2, 1, 0]
        assert found(since=at(5)) == [7, 6, 5]
        assert found(job_id="b", status=RunStatus.SKIPPED) == [7, 5]
        assert found(job_id="b", status=RunStatus.MISSED, since=at(2)) == [3]
        assert found(status=RunStatus.SUCCEEDED) == []
        assert found(since=at(8)) == []
        assert found(limit=3) == [7, 6, 5]
        assert found(limit=100) == [7, 6, 5, 4, 3, 2, 1, 0]
        assert found(limit=0) == []
        assert found(job_id="a", limit=1) == [6]
        assert found(status=RunStatus.MISSED, limit=2) == [3, 2]
        assert found(job_id="b", status=RunStatus.MISSED, since=at(1), limit=1) == [3]

    def test_since_is_exact_and_takes_in_its_own_instant(self, store: JobStore) -> None:
        run = passed_over(1)
        self.record(store, run)
        assert store.get_runs(since=run.fire_time) == [run]
        assert store.get_runs(since=run.fire_time + timedelta(microseconds=1)) == []
        assert store.get_runs(since=run.fire_time - timedelta(microseconds=1)) == [run]

    def test_unsettled_runs_are_found_by_owner(self, store: JobStore) -> None:
        mine = [made_run(n, "a", owner="me") for n in (1, 3)]
        theirs = [made_run(n, "b", owner="them") for n in (2, 4)]
        self.record(store, mine[0], theirs[0], mine[1], theirs[1])
        assert store.get_unsettled_runs("me") == mine
        assert store.get_unsettled_runs("them") == theirs
        assert store.get_unsettled_runs("nobody") == []
        assert store.get_unsettled_runs() == [mine[0], theirs[0], mine[1], theirs[1]]

    def test_the_history_outlives_its_jobs(self, store: JobStore) -> None:
        for job_id in ("a", "b"):
            store.add_job(made_job(job_id))
        runs = [passed_over(1, "a"), made_run(2, "b")]
        self.record(store, *runs)
        store.remove_job("a")
        store.remove_all_jobs()
        assert store.get_runs() == runs[::-1]
        assert store.get_unsettled_runs() == runs[1:]

    # -- standings -----------------------------------------------------------------------------------

    def test_standings_tell_of_each_job_its_schedule_and_its_unsettled_runs(self, store: JobStore) -> None:
        a, b = made_job("a"), made_job("b", due=None, version=7)
        for job in (a, b, made_job("c")):
            store.add_job(job)
        runs = [made_run(1, "a"), made_run(2, "a"), made_run(3, "gone")]
        self.record(store, *runs)
        committed(store, Change(job_id="a", expected_version=1, schedule=moved(a, at(60))))
        assert store.read_standings(iter(["a", "gone", "b", "a"])) == {
            "a": Standing(schedule=moved(a, at(60)), unsettled=(runs[0], runs[1])),
            "b": Standing(schedule=b.schedule),
        }
        assert store.read_standings([]) == {}

    def test_standings_are_told_of_many_jobs_at_once(self, store: JobStore) -> None:
        # More than some databases take parameters in one statement.
        wanted = [str(number) for number in range(3000)]
        store.add_job(made_job("17"))
        store.add_job(made_job("2999"))
        assert set(store.read_standings(wanted)) == {"17", "2999"}

    # -- retention -----------------------------------------------------------------------------------
    # Of jobs that are not stored: what a store does about the last run of one that is, is its own affair.

    def keeping(self, **retention: Any) -> JobStore:
        return self.started(self.make_store_keeping(**retention))

    def test_the_runs_that_ended_last_are_kept(self) -> None:
        store = self.keeping(keep_runs=3)
        runs = [made_run(n) for n in range(6)]
        self.record(store, *runs)
        for n in (5, 1, 0, 2, 4, 3):
            committed(store, Change(job_id="job", settled=(done(runs[n], after=100 - 10 * n),)))
        assert store.prune_runs(at(1000), 100) == 3
        assert ids(store.get_runs()) == ["job-run-2", "job-run-1", "job-run-0"]
        assert store.prune_runs(at(1000), 100) == 0

    def test_runs_that_ended_too_long_ago_go(self) -> None:
        store = self.keeping(keep_runs_for=timedelta(seconds=10))
        runs = [made_run(n) for n in range(3)]
        self.record(store, *runs)
        committed(store, *(Change(job_id="job", settled=(done(run, after=5),)) for run in runs))
        assert store.prune_runs(at(15), 100) == 0
        assert store.prune_runs(at(15.000001), 100) == 1
        assert store.get_run(runs[0].id) is None
        assert store.prune_runs(at(1000), 100) == 2
        assert store.get_runs() == []

    def test_a_run_that_never_started_ended_when_it_was_taken(self) -> None:
        store = self.keeping(keep_runs_for=timedelta(seconds=10))
        self.record(store, passed_over(1), made_run(2, status=RunStatus.SKIPPED, lateness=timedelta(seconds=5)))
        assert store.prune_runs(at(11), 100) == 0
        assert store.prune_runs(at(12), 100) == 1
        assert ids(store.get_runs()) == ["job-run-2"]
        assert store.prune_runs(at(17), 100) == 0
        assert store.prune_runs(at(17.000001), 100) == 1

    def test_both_rules_hold_together(self) -> None:
        store = self.keeping(keep_runs=3, keep_runs_for=timedelta(seconds=10))
        self.record(store, *(passed_over(n) for n in range(6)))
        assert store.prune_runs(at(6), 100) == 3
        assert store.prune_runs(at(14.5), 100) == 2
        assert ids(store.get_runs()) == ["job-run-5"]

    def test_no_more_go_at_once_than_asked_for_and_the_oldest_go_first(self) -> None:
        store = self.keeping(keep_runs=1)
        self.record(store, *(passed_over(n) for n in range(8)))
        assert store.prune_runs(at(100), 0) == 0
        assert store.prune_runs(at(100), 3) == 3
        assert ids(store.get_runs()) == [f"job-run-{n}" for n in (7, 6, 5, 4, 3)]
        assert store.prune_runs(at(100), 3) == 3
        assert store.prune_runs(at(100), 3) == 1
        assert store.prune_runs(at(100), 3) == 0
        assert ids(store.get_runs()) == ["job-run-7"]

    def test_a_run_without_an_outcome_is_never_let_go(self) -> None:
        store = self.keeping(keep_runs=0, keep_runs_for=timedelta(0))
        waiting = made_run(0)
        self.record(store, waiting, *(passed_over(n) for n in range(1, 4)))
        assert store.prune_runs(at(10**6), 100) == 3
        assert store.get_runs() == [waiting]
        committed(store, Change(job_id="job", settled=(done(waiting),)))
        assert store.prune_runs(at(10**6), 100) == 1

    def test_all_runs_are_kept_where_no_rule_is_given(self) -> None:
        store = self.keeping()
        self.record(store, *(passed_over(n) for n in range(30)))
        assert store.prune_runs(at(10**9), 100) == 0
        assert len(store.get_runs()) == 30

    def test_an_age_longer_than_there_has_been_time_keeps_all(self) -> None:
        store = self.keeping(keep_runs_for=timedelta.max)
        self.record(store, passed_over(1))
        assert store.prune_runs(at(0), 100) == 0

    def test_a_run_that_was_let_go_is_gone_everywhere(self) -> None:
        store = self.keeping(keep_runs=0)
        run = passed_over(1)
        self.record(store, run)
        assert store.prune_runs(at(10), 100) == 1
        assert store.get_run(run.id) is None
        assert store.get_runs() == []
        assert store.get_runs(job_id="job") == []
        self.record(store, run)
        assert store.get_runs(job_id="job") == [run]
