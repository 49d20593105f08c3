"""The simulator is worth something only if it notices: each defect here is put into the code, and must be caught."""

from dataclasses import replace

import pytest

from tickwright.core import desk, endings, firing, settling
from tickwright.core.backlog import sweep
from tickwright.core.desk import Desk
from tickwright.core.endings import Endings
from tickwright.core.flights import Flights
from tickwright.core.lease_keeper import LeaseKeeper
from tickwright.core.lease_watch import LeaseWatch
from tickwright.core.outage import Outage
from tickwright.core.submitting import Submitting
from tickwright.errors import JobStoreUnavailableError, UnreadableJobError
from tickwright.jobstores.history import RunHistory
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.policies import OnLost
from tickwright.testing.simulation import BrokenPromiseError, run_scenario
from tickwright.testing.simulation.executor import SimulatedExecutor
from tickwright.testing.simulation.way_to_store import WayToStore, _NotedStore

SEEDS = 250


def first_broken_promise(seeds: int = SEEDS) -> str:
    """Return what the first seed that notices says."""
    for seed in range(seeds):
        try:
            run_scenario(seed)
        except BrokenPromiseError as broken:
            return str(broken)
    pytest.fail(f"{seeds} scenarios did not notice")


def test_without_a_defect_nothing_is_noticed():
    with pytest.raises(pytest.fail.Exception):
        first_broken_promise()


def test_submitting_before_the_commit_is_noticed(monkeypatch):
    commit = Desk._commit

    def submit_first(self, plan):
        for change in plan.changes:
            for run in change.started:
                self._submitting.submit(run, plan.jobs[run.id])
        commit(self, plan)

    monkeypatch.setattr(Desk, "_commit", submit_first)
    assert "reached an executor, but on record is None" in first_broken_promise()


def test_a_store_that_checks_no_versions_is_noticed(monkeypatch):
    commit = MemoryJobStore.commit

    def commit_blindly(self, changes):
        return commit(self, [change._replace(expected_version=None) for change in changes])

    monkeypatch.setattr(MemoryJobStore, "commit", commit_blindly)
    first_broken_promise()


def test_a_dropped_backlog_is_noticed(monkeypatch):
    fire = firing.fire

    def drop_backlog(job, unsettled, now, *rest):
        decided = fire(job, unsettled, now, *rest)
        following = job.trigger.get_next_fire_time(now, now)
        if following is None:
            return decided
        return decided._replace(start=decided.start[:1], schedule=firing.schedule_from(job, following))

    monkeypatch.setattr(desk, "fire", drop_backlog)
    first_broken_promise()


def test_coalesced_fire_times_that_are_not_counted_are_noticed(monkeypatch):
    monkeypatch.setattr(firing, "sweep", lambda *given: sweep(*given)._replace(number=1))
    assert "stands for" in first_broken_promise()


def test_a_report_forgotten_in_an_outage_is_noticed(monkeypatch):
    failed = Desk._failed

    def forget_reports(self, error):
        self._flights._reports.clear()
        return failed(self, error)

    monkeypatch.setattr(Desk, "_failed", forget_reports)
    assert "never ended" in first_broken_promise()


def test_a_finished_job_removed_too_early_is_noticed(monkeypatch):
    fire_one = Desk._fire_one

    def remove_at_last_fire_time(self, plan, *given):
        started = fire_one(self, plan, *given)
        change = plan.changes[-1]
        if change.schedule is not None and change.schedule.is_finished:
            plan.changes[-1] = change._replace(remove=True, schedule=None)
        return started

    monkeypatch.setattr(Desk, "_fire_one", remove_at_last_fire_time)
    assert "removed as finished although" in first_broken_promise()


def test_a_skipped_fire_time_without_a_record_is_noticed(monkeypatch):
    fire = firing.fire
    monkeypatch.setattr(desk, "fire", lambda *given: fire(*given)._replace(pass_over=()))
    first_broken_promise()


def test_a_commit_whose_answer_was_not_heard_and_is_not_looked_for_is_noticed(monkeypatch):
    monkeypatch.setattr(Submitting, "catch_up", lambda self: None)
    assert "never ended" in first_broken_promise()


def test_runs_of_the_dead_that_nobody_settles_are_noticed(monkeypatch):
    find = LeaseKeeper.find_abandoned
    monkeypatch.setattr(LeaseKeeper, "find_abandoned", lambda self: replace(find(self), runs=(), owners=()))
    assert "never ended" in first_broken_promise()


def test_submitting_after_a_long_freeze_without_a_look_is_noticed(monkeypatch):
    monkeypatch.setattr(LeaseKeeper, "is_in_doubt", lambda self: False)
    assert "reached an executor, but on record is lost" in first_broken_promise()


def test_running_a_lost_run_again_unasked_is_noticed(monkeypatch):
    settle = settling.settle

    def always_again(run, report, standing, job, now, taker):
        job = job and job._replace(on_lost=OnLost.RERUN)
        return settle(run, report, standing, job, now, taker)

    monkeypatch.setattr(endings, "settle", always_again)
    assert "without on_lost='rerun'" in first_broken_promise()


def test_more_instances_than_allowed_are_noticed(monkeypatch):
    fire = firing.fire
    monkeypatch.setattr(desk, "fire", lambda job, unsettled, *given: fire(job, (), *given))
    assert "max_instances" in first_broken_promise()


def test_a_hold_that_nobody_lifts_is_noticed(monkeypatch):
    ending = settling._ending

    def forget_hold(settled, packed, standing, now):
        is_held = standing is not None and standing.schedule.is_held
        return ending(settled, packed, None if is_held else standing, now)

    monkeypatch.setattr(settling, "_ending", forget_hold)
    assert "held" in first_broken_promise()


def test_a_fire_time_that_is_missed_although_it_may_be_late_is_noticed(monkeypatch):
    monkeypatch.setattr(firing, "_is_too_late", lambda job, due_at, now: now > due_at)
    first_broken_promise()


def test_an_outcome_written_without_a_look_at_the_job_is_noticed(monkeypatch):
    ending = settling._ending

    def forget_version(*given):
        change = ending(*given)
        return change if change.schedule or change.remove else change._replace(expected_version=None)

    monkeypatch.setattr(settling, "_ending", forget_version)
    assert "held" in first_broken_promise(1_000)


def test_two_reports_of_one_run_change_nothing(monkeypatch):
    submit = SimulatedExecutor.submit

    def report_twice(self, run, job):
        deliver = self.host.deliver
        self.host.deliver = lambda letter: (deliver(letter), deliver(letter))
        try:
            submit(self, run, job)
        finally:
            self.host.deliver = deliver

    monkeypatch.setattr(SimulatedExecutor, "submit", report_twice)
    for seed in range(30):
        run_scenario(seed)


def test_a_report_that_is_recorded_under_a_wrong_outcome_is_noticed(monkeypatch):
    reported = Flights.reported

    def swallow(self, limit):
        return [(run, report) for run, report in reported(self, limit) if not report.exception]

    monkeypatch.setattr(Flights, "reported", swallow)
    first_broken_promise()


# -- sharing, leases and clocks ------------------------------------------------------------------------------------


def test_holding_an_outage_of_all_against_the_others_is_noticed(monkeypatch):
    monkeypatch.setattr(LeaseWatch, "start_over", lambda self: None)
    assert "had done nothing wrong" in first_broken_promise()


def test_pausing_for_so_long_that_one_looks_dead_is_noticed(monkeypatch):
    monkeypatch.setattr(desk, "Outage", lambda longest, random: Outage(60.0, random))
    assert "had done nothing wrong" in first_broken_promise(1_000)


def test_comparing_the_clocks_of_two_processes_is_noticed(monkeypatch):
    look = LeaseWatch.look

    def compare_clocks(self, leases, monotonic):
        dead = look(self, leases, monotonic)
        now = max((lease.seen_at for lease in leases if lease.owner.id == self._own_id), default=None)
        late = [lease for lease in leases if now and (now - lease.seen_at).total_seconds() > lease.seconds]
        return [*dead, *(lease.owner for lease in late if lease.owner not in dead)]

    monkeypatch.setattr(LeaseWatch, "look", compare_clocks)
    assert "had done nothing wrong" in first_broken_promise()


def test_a_lost_run_that_is_not_told_is_noticed(monkeypatch):
    monkeypatch.setattr(SimulatedExecutor, "lose", lambda self, run_id: None)
    assert "nobody told it" in first_broken_promise()


def test_a_late_beat_that_makes_nobody_look_is_noticed(monkeypatch):
    keep = LeaseKeeper.keep
    monkeypatch.setattr(LeaseKeeper, "keep", lambda self: keep(self) or True)
    assert "nobody told it" in first_broken_promise()


def test_a_report_of_the_frozen_that_is_not_refused_is_noticed(monkeypatch):
    admits, settle = RunHistory.admits, RunHistory._settle

    def admit_late_ones(self, change):
        unsettled = tuple(run for run in change.settled if run.id in self._unsettled or run.id not in self._runs)
        return admits(self, change._replace(settled=unsettled))

    def settle_again(self, run):
        if run.id in self._unsettled:
            settle(self, run)
        else:
            self._runs[run.id] = run

    monkeypatch.setattr(RunHistory, "admits", admit_late_ones)
    monkeypatch.setattr(RunHistory, "_settle", settle_again)
    assert "settled a second time" in first_broken_promise()


def test_a_queue_that_takes_what_others_could_run_is_noticed(monkeypatch):
    monkeypatch.setattr(desk, "_idle", desk._room)
    assert "waits in a queue" in first_broken_promise()


# -- every fault ---------------------------------------------------------------------------------------------------


def test_a_torn_commit_that_is_taken_for_written_is_noticed(monkeypatch):
    commit = WayToStore.commit

    def hope(self, changes):
        try:
            return commit(self, changes)
        except JobStoreUnavailableError:
            return [True] * len(changes)

    monkeypatch.setattr(WayToStore, "commit", hope)
    first_broken_promise()


def test_a_torn_commit_that_is_taken_for_not_written_is_noticed(monkeypatch):
    go_round = Desk.go_round

    def forget_doubt(self, *, taking):
        doubtful = self._submitting.is_doubtful
        wait = go_round(self, taking=taking)
        if self.outage.is_on:
            self._submitting.is_doubtful = doubtful
        return wait

    monkeypatch.setattr(Desk, "go_round", forget_doubt)
    assert "never ended" in first_broken_promise()


def test_a_worker_that_dies_and_whose_run_is_not_run_again_is_noticed(monkeypatch):
    # A loss that its executor reports counts like any other: where the job says rerun, somebody must.
    monkeypatch.setattr(
        endings, "settle", lambda run, report, standing, job, *rest: settling.settle(run, report, standing, None, *rest)
    )
    assert "was not run again" in first_broken_promise()


def test_a_run_that_its_executor_did_not_take_and_nobody_reports_is_noticed(monkeypatch):
    monkeypatch.setattr(Submitting, "_report", lambda self, *given: None)
    assert "never ended" in first_broken_promise()


def test_a_finished_job_that_goes_although_it_cannot_be_read_is_noticed(monkeypatch):
    def read_nothing(self, run):
        try:
            return self._store.lookup_job(run.job_id)
        except UnreadableJobError:
            return None

    monkeypatch.setattr(Endings, "_load_job", read_nothing)
    assert "was not run again" in first_broken_promise()


def test_a_job_that_could_not_be_read_and_does_not_come_back_is_noticed(monkeypatch):
    monkeypatch.setattr(_NotedStore, "read_due", forgetful(_NotedStore.read_due))
    first_broken_promise()


def forgetful(read_due):
    """Return a `read_due` that passes over a job for ever once it could not be read."""

    def read(self, now, limit, executors=None):
        batch = read_due(self, now, limit, executors)
        self.gone = getattr(self, "gone", set()) | {job.job_id for job in batch.set_aside}
        return batch._replace(due=tuple(due for due in batch.due if due.job.id not in self.gone))

    return read


def test_a_clock_that_was_set_back_and_fires_again_is_noticed(monkeypatch):
    fire = firing.fire

    def from_the_clock(job, unsettled, now, *rest):
        decided = fire(job, unsettled, now, *rest)
        following = job.trigger.get_next_fire_time(None, now)
        if following is None or decided.schedule.is_held:
            return decided
        return decided._replace(schedule=firing.schedule_from(job, following))

    monkeypatch.setattr(desk, "fire", from_the_clock)
    first_broken_promise()
