"""The history answers as a plain list of runs would, and what it lets go is gone from every index."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.change import Change
from tickwright.jobstores.history import RunHistory
from tickwright.report import Started
from tickwright.run import Run, RunStatus
from tickwright.testing.suites.store.material import all_at_once, at, done, ids, made_run, passed_over


def write(history: RunHistory, change: Change) -> bool:
    with history.lock:
        if not history.admits(change):
            return False
        history.write(change)
        return True


def prune(history: RunHistory, keep_runs: int | None = None, limit: int = 10**6, **more) -> int:
    more = {"keep_runs_for": None, **more}
    return history.prune(at(10**6), limit, keep_runs=keep_runs, **more)


RUN_NUMBERS = st.integers(0, 7)
# Left to itself, hypothesis makes lists of five: too short a life for one step to get in the way of another.
MOSTLY_LONG = 15

STEPS = st.one_of(
    st.tuples(st.just("start"), RUN_NUMBERS),
    st.tuples(st.just("pass over"), RUN_NUMBERS),
    st.tuples(st.just("begin"), RUN_NUMBERS),
    st.tuples(st.just("settle"), RUN_NUMBERS, st.integers(0, 30), st.sampled_from(["me", "you"])),
    st.tuples(st.just("prune"), st.integers(0, 5), st.integers(0, 3)),
)


@given(st.lists(STEPS, min_size=MOSTLY_LONG, max_size=60))
def test_it_answers_as_a_plain_list_would(steps) -> None:
    history = RunHistory()
    plain: dict[str, Run] = {}
    for step in steps:
        run = made_run(step[1], "ab"[step[1] % 2])
        known = plain.get(run.id)
        is_open = known is not None and not known.is_settled
        match step:
            case ("start", _):
                assert write(history, Change(job_id=run.job_id, started=(run,))) == (known is None)
                plain.setdefault(run.id, run)
            case ("pass over", n):
                missed = passed_over(n, run.job_id)
                assert write(history, Change(job_id=run.job_id, recorded=(missed,))) == (known is None)
                plain.setdefault(run.id, missed)
            case ("begin", n):
                news = Started(run_id=run.id, started_at=at(n))
                assert write(history, Change(job_id=run.job_id, begun=(news,)))
                if is_open:
                    plain[run.id] = run._replace(status=RunStatus.RUNNING, started_at=at(n))
            case ("settle", _, after, owner):
                ended = done(run._replace(owner=owner), after=after)
                is_taken = is_open and owner == "me"
                assert write(history, Change(job_id=run.job_id, settled=(ended,))) == is_taken
                if is_taken:
                    plain[run.id] = ended
            case ("prune", keep, limit):
                by_end = sorted((run.finished_at or run.taken_at, run.id) for run in plain.values() if run.is_settled)
                gone = by_end[: min(limit, max(0, len(by_end) - keep))]
                assert prune(history, keep, limit) == len(gone)
                for _, run_id in gone:
                    del plain[run_id]
        check(history, plain)


def check(history: RunHistory, plain: dict[str, Run]) -> None:
    newest_first = list(plain.values())[::-1]
    assert history.select() == newest_first
    unsettled = [run for run in plain.values() if not run.is_settled]
    assert history.unsettled() == history.unsettled("me") == unsettled
    assert history.unsettled("you") == []
    for job_id in "ab":
        of_job = [run for run in newest_first if run.job_id == job_id]
        assert history.select(job_id=job_id) == of_job
        assert history.select(job_id=job_id, limit=2) == of_job[:2]
        assert history.unsettled_of(job_id) == tuple(run for run in unsettled if run.job_id == job_id)
    for run in newest_first:
        assert history.get(run.id) == run


# -- each index is as large as what it holds -------------------------------------------------------------


def sizes(history: RunHistory) -> dict[str, int]:
    return {name: len(value) for name, value in vars(history).items() if hasattr(value, "__len__")}


def test_runs_that_were_let_go_leave_no_trail() -> None:
    history = RunHistory()
    for n in range(200):
        run, missed = made_run(n, f"job {n % 7}"), passed_over(1000 + n, f"job {n % 7}")
        news = Started(run_id=run.id, started_at=at(n))
        assert write(history, Change(job_id=run.job_id, started=(run,), recorded=(missed,)))
        assert write(history, Change(job_id=run.job_id, begun=(news,)))
        assert write(history, Change(job_id=run.job_id, settled=(done(run),)))
    assert prune(history, 3) == 397
    assert len(history.select()) == 3
    assert prune(history, 0) == 3
    assert set(sizes(history).values()) == {0}
    assert len(sizes(history)) >= 6


def test_the_last_runs_of_stored_jobs_leave_no_trail_when_the_jobs_go() -> None:
    history = RunHistory()
    for n in range(100):
        assert write(history, Change(job_id=f"job {n}", recorded=(passed_over(n, f"job {n}"),)))
    assert prune(history, 0, is_stored=lambda job_id: True) == 0
    history.release("job 7")
    assert prune(history, 0, is_stored=lambda job_id: True) == 0
    assert prune(history, 0, is_stored=lambda job_id: job_id != "job 7") == 0
    history.release("job 7")
    assert prune(history, 0, is_stored=lambda job_id: job_id != "job 7") == 1
    history.release_all()
    assert prune(history, 0, is_stored=lambda job_id: False) == 99
    assert set(sizes(history).values()) == {0}


# -- order and time --------------------------------------------------------------------------------------


def test_a_run_from_a_future_that_was_taken_back_does_not_hold_up_the_others() -> None:
    history = RunHistory()
    runs = [made_run(n) for n in range(4)]
    assert write(history, Change(job_id="job", started=tuple(runs)))
    assert write(history, Change(job_id="job", settled=(done(runs[0], after=10**8),)))
    assert write(history, Change(job_id="job", settled=tuple(done(run) for run in runs[1:])))
    assert prune(history, keep_runs_for=timedelta(seconds=10)) == 3
    assert ids(history.select()) == ["job-run-0"]


def test_the_first_news_that_a_run_has_begun_counts() -> None:
    history = RunHistory()
    run = made_run()
    assert write(history, Change(job_id="job", started=(run,)))
    for second in (1, 2):
        assert write(history, Change(job_id="job", begun=(Started(run_id=run.id, started_at=at(second)),)))
    assert history.unsettled() == [run._replace(status=RunStatus.RUNNING, started_at=at(1))]


# -- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda run: Change(job_id="job", started=(made_run(2), made_run(2))),
        lambda run: Change(job_id="job", started=(made_run(2),), recorded=(passed_over(2),)),
        lambda run: Change(job_id="job", started=(run,)),
        lambda run: Change(job_id="job", recorded=(passed_over(1)._replace(id=run.id),)),
        lambda run: Change(job_id="job", settled=(done(run), done(run))),
        lambda run: Change(job_id="other", settled=(done(run)._replace(job_id="other"),)),
        lambda run: Change(job_id="job", settled=(done(run)._replace(owner="you"),)),
        lambda run: Change(job_id="job", settled=(done(made_run(2)),)),
    ],
    ids=range(8),
)
def test_a_change_that_contradicts_the_record_is_not_admitted(make: Callable[[Run], Change]) -> None:
    history, run = RunHistory(), made_run(1)
    assert write(history, Change(job_id="job", started=(run,)))
    assert not history.admits(make(run))
    assert history.select() == [run]


# -- threads ---------------------------------------------------------------------------------------------


def test_readers_and_writers_do_not_disturb_each_other() -> None:
    history = RunHistory()

    def live(thread: int) -> int:
        taken = 0
        for n in range(200):
            run = made_run(n, f"job {thread}")
            taken += write(history, Change(job_id=run.job_id, started=(run,)))
            taken += write(history, Change(job_id=run.job_id, settled=(done(run),)))
        return taken

    def look() -> int:
        for _ in range(200):
            history.select(status=RunStatus.SUCCEEDED, limit=3)
            history.select(job_id="job 1")
            history.unsettled("me")
            history.unsettled_of("job 0")
            prune(history, 20, 5)
        return 400

    assert all_at_once(lambda: live(0), lambda: live(1), look, look) == [400] * 4
    prune(history, 0)
    assert set(sizes(history).values()) == {0}
