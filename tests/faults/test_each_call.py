"""Each call that the loop makes fails in turn, before, after and half-way: all goes on, and the books are whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.stage import STORES, WHENS, MakeStore, Stage
from tickwright.testing.faults import Strike, When

LOOP = (
    "close_lease",
    "commit",
    "find_unreadable_jobs",
    "get_leases",
    "get_run",
    "get_unsettled_runs",
    "lookup_job",
    "next_due_time",
    "open_lease",
    "prune_runs",
    "read_due",
    "read_standings",
    "readmit_jobs",
    "renew_lease",
)
"""What the loop asks of a store, to keep itself and to serve `run_job`."""

AT_ONCE = (
    "get_leases",
    "get_unsettled_runs",
    "next_due_time",
    "open_lease",
    "read_due",
    "read_standings",
    "renew_lease",
)
"""What no round can do without: it is asked for again until it works, and that is one outage. Whatever is asked for now
and then may work in between, as far as anybody can tell."""

DONE_IS_DONE = ("close_lease", "open_lease")
"""What was done, though nobody answered, is not asked for again."""


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    make: MakeStore = request.param
    return Stage(make(tmp_path))


def test_the_loop_makes_these_calls_and_no_others(stage: Stage) -> None:
    stage.add_jobs()
    before = dict(stage.faults.seen)
    stage.scheduler.advance(seconds=40)
    made = {call for call, times in stage.faults.seen.items() if times > before.get(call, 0)}
    # What the rest is asked for: at the start, by run_job, or by a commit that was refused.
    assert made <= set(LOOP)
    assert set(LOOP) - made <= {"get_run", "open_lease", "lookup_job"}


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("call", LOOP)
def test_whichever_call_fails_the_loop_goes_on_and_the_books_are_whole(stage: Stage, call: str, when: When) -> None:
    plan = stage.add_jobs()
    stage.scheduler.advance(seconds=2)
    if call == "open_lease":
        stage.inner.close_lease(stage.scheduler._loop.engine.context.owner.id)  # type: ignore[union-attr] # it runs
    if call == "get_run":
        # Asked for after a refusal: the outcome was written, and the answer lost.
        stage.faults.fail("commit", when="after", times=4)
    stage.faults.fail(call, when=when, times=3)
    stage.scheduler.advance(seconds=60)
    struck = [strike for strike in stage.faults.struck if strike.call == call]
    assert struck == [Strike(call, when)] * (1 if call in DONE_IS_DONE and when != "before" else 3)

    health = stage.scheduler.health()
    assert stage.scheduler.running
    assert health.ok, health.problems
    stage.check_tidings(outages=1 if call in AT_ONCE else None)
    assert not stage.logged("The loop failed")

    books = stage.books(plan)
    assert books.complaints == []
    assert (books.doubled, books.unaccounted) == (0, 0)
    assert books.fire_times > 300

    # Every other job store went on as if nothing had happened.
    elsewhere = stage.scheduler.get_runs("elsewhere")
    assert len(elsewhere) >= 60
    assert {run.lateness for run in elsewhere} == {timedelta(0)}
    assert {run.coalesced for run in elsewhere} == {1}
