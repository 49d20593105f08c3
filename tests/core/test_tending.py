"""Tests of the housekeeping: old history goes, mended jobs come back, and jobs that nobody can run are named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.stage import NOW, Stage, at, every, fail, make_job
from tickwright import events
from tickwright.change import Change
from tickwright.core import tending
from tickwright.core.lease_keeper import PARTS
from tickwright.core.tending import PRUNE_EVERY, TEND_EVERY
from tickwright.due import DueJobs, UnreadableJob
from tickwright.errors import UnreadableJobError
from tickwright.events import JobTroubleEvent
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.run import Run, RunStatus


def history(stage: Stage, count: int) -> None:
    """Put so many settled runs of jobs that are gone on record."""
    for number in range(count):
        run = Run(id=f"old{number}", job_id="gone", fire_time=at(number), due_at=at(number))
        stage.store.commit([Change(job_id="gone", recorded=(run.ended(RunStatus.MISSED, at(number)),))])


def test_it_looks_at_once_and_then_every_ten_seconds():
    stage = Stage()
    for _ in range(25):
        stage.step(1)
    assert stage.log.count("prune_runs") == stage.log.count("readmit_jobs") == 1 + 24 // TEND_EVERY


def test_history_that_is_no_longer_kept_goes_a_little_at_a_time(monkeypatch):
    monkeypatch.setattr(tending, "MOST_PRUNED_AT_ONCE", 10)
    stage = Stage(store=MemoryJobStore(keep_runs=5))
    history(stage, 38)
    left = []
    for _ in range(5):
        stage.step()
        left.append(len(stage.store.get_runs()))
    # More than one look deletes goes at the next round, and not ten seconds later: a busy scheduler makes more.
    assert left == [28, 18, 8, 5, 5]
    assert stage.log.count("prune_runs") == 4
    assert stage.log.count("readmit_jobs") == 1


def test_old_history_waits_for_a_while_where_jobs_wait_for_the_next_round(monkeypatch):
    monkeypatch.setattr(tending, "MOST_PRUNED_AT_ONCE", 10)
    # Each round takes one job and has another that waits, until all forty are taken.
    stage = Stage(store=MemoryJobStore(keep_runs=5), batch=1)
    history(stage, 38)
    for number in range(40):
        stage.add(every(3600), id=f"job{number}")
    for _ in range(30):
        stage.step(1)
    # For as long as ten seconds; then a busy scheduler makes room for more history.
    assert stage.log[: stage.log.index("prune_runs")].count("commit") == TEND_EVERY
    assert len(stage.store.get_runs()) == 5 + len(stage.hands.held) == 35


def test_a_moment_without_work_does_not_put_off_what_is_left_of_old_history(monkeypatch):
    monkeypatch.setattr(tending, "MOST_PRUNED_AT_ONCE", 10)
    stage = Stage(store=MemoryJobStore(keep_runs=5))
    history(stage, 38)
    housekeeping = stage.desk._tending
    housekeeping.look()
    for _ in range(int(TEND_EVERY)):
        stage.clock.advance(1)
        housekeeping.look(is_busy=True)
    assert len(stage.store.get_runs()) < 28


def test_more_old_history_is_a_reason_to_come_again_soon(monkeypatch):
    monkeypatch.setattr(tending, "MOST_PRUNED_AT_ONCE", 10)
    stage = Stage(store=MemoryJobStore(keep_runs=5))
    history(stage, 18)
    assert stage.step() == PRUNE_EVERY
    assert stage.step(PRUNE_EVERY) == stage.lease / PARTS - PRUNE_EVERY


def test_a_store_that_fails_to_prune_keeps_nothing_else_from_being_done():
    stage = Stage()
    stage.add(every(10))
    stage.faults.once_before("prune_runs", fail)
    stage.step()
    assert len(stage.hands.held) == 1
    stage.step(1)
    assert not stage.desk.outage.is_on


class Library(MemoryJobStore):
    """A store of which some jobs cannot be read, as a test says."""

    def __init__(self) -> None:
        super().__init__(keep_runs=None)
        self.unreadable: list[UnreadableJob] = []
        self.mended: list[str] = []
        self.broken: set[str] = set()

    def read_due(self, now, limit, executors=None):
        aside, self.unreadable = tuple(self.unreadable), []
        return DueJobs(due=super().read_due(now, limit, executors).due, set_aside=aside)

    def lookup_job(self, job_id):
        if job_id in self.broken:
            raise UnreadableJobError(f"job {job_id!r} cannot be loaded here: no module")
        return super().lookup_job(job_id)

    def get_unreadable_jobs(self):
        return [UnreadableJob(job_id=job_id, reason="no module") for job_id in self.broken]

    def readmit_jobs(self):
        mended, self.mended = self.mended, []
        return mended


def troubles(stage: Stage, code: int) -> list[tuple[str, str]]:
    return [
        (event.job_id, event.reason)
        for event in stage.ears.events
        if isinstance(event, JobTroubleEvent)
        if event.code == code
    ]


def test_a_job_that_cannot_be_loaded_is_told_once_and_again_when_it_can():
    store = Library()
    stage = Stage(store=store)
    stage.add(every(1))
    store.unreadable = [UnreadableJob(job_id="lost", reason="no module")]
    for _ in range(15):
        stage.step(1)
    assert troubles(stage, events.EVENT_JOB_UNREADABLE) == [("lost", "no module")]
    assert len(stage.logged("'lost' in job store 'default' cannot be loaded and is set aside, not deleted")) == 1
    store.mended = ["lost"]
    for _ in range(15):
        stage.step(1)
    assert troubles(stage, events.EVENT_JOB_READABLE) == [("lost", "it can be loaded again")]


def test_the_whole_store_is_looked_through_only_where_an_unreadable_job_may_be_gone():
    store = Library()
    stage = Stage(store=store)
    store.broken = {"lost", "removed"}
    store.unreadable = [UnreadableJob(job_id=job_id, reason="no module") for job_id in sorted(store.broken)]
    looks = 10
    for _ in range(looks):
        stage.step(TEND_EVERY)
    assert stage.log.count("readmit_jobs") == looks
    assert stage.log.count("get_unreadable_jobs") == 0
    # Each is asked for by its id, once in a look.
    assert stage.log.count("lookup_job") <= 2 * looks

    store.broken.remove("removed")
    for _ in range(looks):
        stage.step(TEND_EVERY)
    assert stage.log.count("get_unreadable_jobs") == 1
    assert stage.desk.unreadable_jobs == {"lost"}


def test_a_job_for_an_executor_that_nobody_has_stays_due_and_the_executor_is_named_once():
    stage = Stage()
    stage.add(every(1), id="stranger", executor="gpu")
    stage.add(every(1), id="second", executor="gpu")
    stage.add(every(1), id="friend")
    for _ in range(30):
        stage.settle_down()
        stage.clock.advance(1)
    assert [run.job_id for run in stage.hands.held] == ["friend"]
    assert stage.schedule("stranger").next_run_time == NOW
    (told,) = stage.logged("asks for executor 'gpu'")
    assert "stays due until" in told
    assert "['default']" in told


def test_a_job_whose_executor_is_added_later_is_run_late():
    stage = Stage()
    stage.add(every(10), executor="gpu")
    stage.settle_down()
    stage.context.executors = {**stage.context.executors, "gpu": stage.hands}
    stage.step(7)
    (run,) = stage.hands.held
    assert (run.fire_time, run.lateness.total_seconds()) == (NOW, 7)


@pytest.mark.parametrize("due", [None, at(5)])
def test_a_job_that_is_not_due_is_no_reason_to_name_its_executor(due):
    stage = Stage()
    stage.store.add_job(make_job(due=due, executor="gpu"))
    stage.settle_down()
    assert not stage.logged("asks for executor")


@pytest.mark.parametrize("call", ["prune_runs", "readmit_jobs"])
def test_housekeeping_that_fails_for_good_is_one_outage_and_holds_no_job_up(call):
    stage = Stage()
    stage.add(every(1))
    for _ in range(1_000):
        stage.faults.once_before(call, fail)
    for _ in range(300):
        stage.step(1)
        for run in list(stage.hands.held):
            stage.report(run)
    stage.settle_down()
    codes = [
        code for code in stage.ears.codes() if code in (events.EVENT_JOBSTORE_OUTAGE, events.EVENT_JOBSTORE_RECOVERED)
    ]
    assert codes == [events.EVENT_JOBSTORE_OUTAGE]
    assert len(stage.logged("failed: ")) == 1
    assert stage.logged("its jobs go on")
    assert stage.desk.outage.is_on
    assert {run.lateness for run in stage.records_of()} == {timedelta(0)}
    assert len(stage.records_of()) == 300
    # 1, 2, 4, 8 seconds, and ten from then on.
    assert 30 <= stage.log.count(call) <= 40

    stage.faults._before.clear()
    for _ in range(11):
        stage.step(1)
    assert not stage.desk.outage.is_on
    assert stage.ears.codes().count(events.EVENT_JOBSTORE_RECOVERED) == 1
