"""What a scheduler finds that starts after another died: nothing is skipped, deleted or run on its account."""

from datetime import timedelta

import pytest

from tickwright.change import Change
from tickwright.errors import UnreadableJobError
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.policies import OnLost
from tickwright.report import Report
from tickwright.run import RunStatus
from tickwright.testing.simulation import Simulation
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger

EVERY_SECOND = IntervalTrigger(seconds=1, timezone="UTC")


def killed_in_mid_run(**options):
    """Return a simulation whose only process died in the middle of a run, an hour ago."""
    simulation = Simulation(**options)
    simulation.add("tick", EVERY_SECOND, takes=5)
    simulation.run(seconds=2)
    simulation.kill(simulation.processes[0])
    simulation.clock.advance(timedelta(hours=1))
    return simulation


@pytest.mark.parametrize("deaths_are_seen", [True, False])
def test_what_fell_due_while_nobody_lived_is_run_once_and_late(deaths_are_seen):
    simulation = killed_in_mid_run(deaths_are_seen=deaths_are_seen)
    process = simulation.start_process()
    simulation.run(seconds=40)
    runs = simulation.store.get_runs()
    assert (runs[-1].status, runs[-1].coalesced) == (RunStatus.LOST, 1)
    late = [run for run in runs if run.owner == process.name][-1]
    assert late.status in (RunStatus.SUCCEEDED, RunStatus.FAILED)
    assert late.coalesced > 3_590
    simulation.come_to_rest()
    simulation.check()


class NowAndThenUnreadable(MemoryJobStore):
    """A store whose jobs cannot be loaded for a while, as after a deploy that went wrong."""

    broken = False

    def lookup_job(self, job_id):
        if self.broken:
            raise UnreadableJobError(f"job {job_id!r} cannot be loaded here: no module")
        return super().lookup_job(job_id)


def test_a_finished_job_that_cannot_be_read_is_not_removed_with_its_lost_run():
    store = NowAndThenUnreadable()
    simulation = Simulation(store=store)
    in_a_second = simulation.clock.now() + timedelta(seconds=1)
    simulation.add("once", DateTrigger(in_a_second, timezone="UTC"), takes=5, on_lost=OnLost.RERUN)
    simulation.run(seconds=2)
    simulation.kill(simulation.processes[0])
    store.broken = True
    simulation.start_process()
    simulation.run(seconds=60)
    assert len(store.get_all_jobs()) == 1
    store.broken = False
    simulation.run(seconds=60)
    assert sorted(run.attempt for run in store.get_runs()) == [1, 2]
    assert store.get_all_jobs() == []


def test_a_paused_scheduler_runs_no_lost_run_again_before_it_is_resumed():
    simulation = Simulation()
    simulation.add("tick", IntervalTrigger(seconds=1_000, timezone="UTC"), takes=5, on_lost=OnLost.RERUN)
    simulation.run(seconds=1_001)
    simulation.kill(simulation.processes[0])
    process = simulation.start_process()
    process.engine.taking = False
    simulation.run(seconds=100)
    assert [run.status for run in simulation.store.get_runs()] == [RunStatus.RUNNING]
    process.engine.taking = True
    simulation.run(seconds=100)
    assert sorted(run.attempt for run in simulation.store.get_runs()) == [1, 2]


def test_a_lost_run_is_left_to_a_scheduler_that_has_its_executor():
    simulation = Simulation()
    simulation.add("tick", IntervalTrigger(seconds=1_000, timezone="UTC"), takes=5, on_lost=OnLost.RERUN)
    simulation.run(seconds=1_001)
    simulation.kill(simulation.processes[0])
    stranger = simulation.start_process()
    stranger.engine.context.executors = {"other": stranger.executor}
    simulation.run(seconds=100)
    assert len(simulation.store.get_runs()) == 1
    simulation.start_process()
    simulation.run(seconds=100)
    assert sorted(run.attempt for run in simulation.store.get_runs()) == [1, 2]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"finished_at": "now"},
        {"status": RunStatus.RUNNING},
        {"traceback": ["line"]},
        {"exception": "text"},
        {"started_at": 5},
    ],
    ids=lambda spoiled: next(iter(spoiled)),
)
def test_a_report_that_cannot_be_recorded_fails_its_own_run_and_no_other(spoiled, monkeypatch):
    simulation = Simulation()
    simulation.add("bad", IntervalTrigger(seconds=1, timezone="UTC"), takes=1)
    simulation.add("good", IntervalTrigger(seconds=1, timezone="UTC"))
    (process,) = simulation.processes
    post = process.mailbox.post

    def spoil(letter):
        if isinstance(letter, Report):
            run = simulation.store.get_run(letter.run_id)
            if run is not None and run.job_id == "bad":
                letter = letter._replace(**spoiled)
        post(letter)

    monkeypatch.setattr(process.mailbox, "post", spoil)
    simulation.run(seconds=10)
    bad = [run for run in simulation.store.get_runs(job_id="bad") if run.is_settled and run.status != "skipped"]
    assert {run.status for run in bad} == {RunStatus.FAILED}
    assert "cannot be recorded" in str(bad[0].reason)
    assert len(simulation.store.get_runs(job_id="good")) >= 9


class Exits(IntervalTrigger):
    """A trigger that tries to end the program."""

    def get_next_fire_time(self, previous_fire_time, now):
        if previous_fire_time is not None:
            raise SystemExit(3)
        return super().get_next_fire_time(previous_fire_time, now)


def test_a_trigger_that_exits_ends_nothing_but_itself():
    simulation = Simulation()
    simulation.add("bad", Exits(seconds=1, timezone="UTC"))
    simulation.add("good", EVERY_SECOND)
    simulation.run(seconds=10)
    assert len(simulation.store.get_runs(job_id="good")) >= 9
    assert simulation.processes[0].engine.desks["default"].triggers_failing == 1


def test_the_changes_of_one_round_know_of_each_other():
    simulation = killed_in_mid_run()
    seen = []
    process = simulation.start_process()
    commit = process.engine.desks["default"].store.commit

    def see(changes):
        seen.append(list(changes))
        return commit(changes)

    process.engine.desks["default"].store.commit = see
    simulation.run(seconds=1)
    settled, fired = seen[0][:2]
    assert isinstance(settled, Change)
    assert settled.settled[0].status is RunStatus.LOST
    assert fired.started
    assert not fired.recorded
