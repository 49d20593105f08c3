"""Tests of what a run carries: it all comes back, and what cannot be stored harms nothing."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tickwright.change import Change
from tickwright.jobstores.base import JobStore
from tickwright.run import Run, RunStatus
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    EARLIEST,
    LATEST,
    Fragile,
    Unstorable,
    at,
    committed,
    done,
    ids,
    made_job,
    made_run,
    moved,
    passed_over,
    unloadable,
)

__all__ = ["ValueTests"]

MICROSECOND = timedelta(microseconds=1)

RESULTS = [
    None,
    False,
    0,
    2**80,
    0.1,
    float("inf"),
    "",
    "nächtlich\n🦉\x00",
    b"\x00\xff",
    (1, [2, {"three": {4}}]),
    at(0.000001),
    bytes(range(256)) * 4096,
    Fragile("whole"),
]


class AppError(Exception):
    """An application's own exception, with more to it than its text."""

    def __init__(self, code: int, *, hint: str = "") -> None:
        super().__init__(f"code {code}")
        self.code = code
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is rebuilt."""
        return type(self), (self.code,), {"hint": self.hint}


class ValueTests(StoreCase):
    """What a run carries.

    A store may keep results and exceptions as the objects they are, whether it does so with jobs or not. Then
    nothing is left out.
    """

    def settled(self, store: JobStore, run: Run) -> Run:
        """Start the run and settle it; return what is then on record."""
        committed(store, Change(job_id=run.job_id, started=(made_run(job_id=run.job_id, id=run.id),)))
        committed(store, Change(job_id=run.job_id, settled=(run,)))
        found = store.get_run(run.id)
        assert found is not None
        assert ids(store.get_runs()) == [run.id]
        return found

    def test_all_that_a_run_tells_comes_back(self, store: JobStore) -> None:
        run = Run(
            id="lauf-🦉",
            job_id="aufgabe'\"\n",
            fire_time=at(0),
            due_at=at(1.5),
            attempt=3,
            lateness=timedelta(days=400, microseconds=7),
            started_at=at(3),
            reason="wartet – noch",
            executor="prozesse 1",
            host="größe.example",
            owner="me",
            coalesced=1_000_000,
        )
        committed(store, Change(job_id=run.job_id, started=(run,)))
        assert store.get_run(run.id) == run
        ended = done(run, RunStatus.TIMED_OUT, reason="zu langsam", result={"so": "far"}, traceback="…\n")
        committed(store, Change(job_id=run.job_id, settled=(ended,)))
        assert store.get_run(run.id) == ended
        assert store.get_runs(job_id=run.job_id) == [ended]

    @pytest.mark.parametrize("status", [status for status in RunStatus if status.is_final])
    def test_every_outcome_comes_back(self, store: JobStore, status: RunStatus) -> None:
        run = done(made_run(), status)
        assert self.settled(store, run) == run
        assert store.get_runs(status=status) == [run]

    @pytest.mark.parametrize("time", [EARLIEST, EARLIEST + MICROSECOND, LATEST - MICROSECOND, LATEST], ids=str)
    def test_times_come_back_to_the_microsecond(self, store: JobStore, time: Any) -> None:
        run = made_run(fire_time=time, due_at=time)
        ended = run._replace(status=RunStatus.SUCCEEDED, started_at=time, finished_at=time)
        assert self.settled(store, ended) == ended
        assert store.get_runs(since=time) == [ended]

    @pytest.mark.parametrize("lateness", [timedelta(0), MICROSECOND, timedelta(days=36525, microseconds=1)], ids=str)
    def test_lateness_comes_back_to_the_microsecond(self, store: JobStore, lateness: timedelta) -> None:
        run = done(made_run(lateness=lateness))
        assert self.settled(store, run).lateness == lateness

    def test_a_long_history_of_one_fire_time_comes_back_attempt_by_attempt(self, store: JobStore) -> None:
        runs = [made_run(n, fire_time=at(0), attempt=n) for n in range(1, 6)]
        for run in runs:
            committed(store, Change(job_id="job", started=(run,)))
            committed(store, Change(job_id="job", settled=(done(run, RunStatus.LOST),)))
        assert [run.attempt for run in store.get_runs()] == [5, 4, 3, 2, 1]

    # -- results and exceptions ----------------------------------------------------------------------

    @pytest.mark.parametrize("result", RESULTS, ids=range(len(RESULTS)))
    def test_a_result_comes_back(self, store: JobStore, result: Any) -> None:
        found = self.settled(store, done(made_run(), result=result))
        assert found.result == result
        assert type(found.result) is type(result)
        assert found.reason is None

    def test_an_exception_comes_back_with_its_traceback_as_text(self, store: JobStore) -> None:
        traceback = 'Traceback (most recent call last):\n  File "größe.py", line 7\n' + "x" * 100_000
        error = AppError(7, hint="try again")
        found = self.settled(store, done(made_run(), RunStatus.FAILED, exception=error, traceback=traceback))
        assert isinstance(found.exception, AppError)
        assert (found.exception.code, found.exception.hint, str(found.exception)) == (
            7,
            "try again",
            "code 7",
        )
        assert found.traceback == traceback
        assert found.reason is None

    def test_a_result_that_cannot_be_stored_is_left_out_and_the_reason_says_so(self, store: JobStore) -> None:
        job, result = made_job(), Unstorable()
        store.add_job(job)
        run, other = made_run(1), made_run(2)
        committed(store, Change(job_id="job", started=(run, other)))
        taken = store.commit(
            [
                Change(
                    job_id="job",
                    expected_version=1,
                    schedule=moved(job, at(60)),
                    settled=(done(run, result=result),),
                ),
                Change(job_id="job", settled=(done(other, result="fine"),)),
            ]
        )
        assert taken == [True, True]
        assert store.next_due_time() == at(60)
        fine, odd = store.get_runs()
        assert fine == done(other, result="fine")
        if odd.result is not result:
            assert odd._replace(reason=None) == done(run)
            assert odd.reason

    def test_an_exception_that_cannot_be_stored_is_left_out_and_the_reason_says_so(self, store: JobStore) -> None:
        error = Unstorable("no line")
        run = done(made_run(), RunStatus.FAILED, exception=error, traceback="Traceback: no line")
        found = self.settled(store, run)
        assert (found.status, found.traceback) == (RunStatus.FAILED, "Traceback: no line")
        if found.exception is not error:
            assert not isinstance(found.exception, Unstorable)
            assert found.reason

    def test_a_reason_that_was_given_stays_when_a_result_is_left_out(self, store: JobStore) -> None:
        run = done(made_run(), RunStatus.TIMED_OUT, reason="it took 9 s", result=Unstorable())
        found = self.settled(store, run)
        assert found.reason is not None
        assert "it took 9 s" in found.reason

    def test_a_result_that_cannot_be_loaded_any_more_hides_no_run(self, store: JobStore) -> None:
        odd = done(made_run(1), result=Fragile("odd"))
        self.settled(store, odd)
        committed(store, Change(job_id="job", recorded=(passed_over(2),)))
        with unloadable("odd"):
            store = self.restarted(store)
            assert ids(store.get_runs()) == ["job-run-2", "job-run-1"]
            found = store.get_run("job-run-1")
            assert found is not None
            if found.result is not odd.result:
                assert found._replace(reason=None) == odd._replace(result=None)
                assert found.reason
        assert store.get_run("job-run-1") == odd
