"""A thousand scenarios from seeds: several schedulers on one store, with everything going wrong."""

import pytest

from tickwright.policies import OnLost
from tickwright.run import Run, RunStatus
from tickwright.testing.simulation import Simulation, run_scenario
from tickwright.triggers.interval import IntervalTrigger

SCENARIOS = 1_000
PARTS = 20


def every(*, seconds: float) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, timezone="UTC")


def status_of(simulation: Simulation, run: Run) -> RunStatus | None:
    stored = simulation.store.get_run(run.id)
    return None if stored is None else stored.status


@pytest.mark.parametrize("part", range(PARTS))
def test_every_promise_holds_whatever_happens(part):
    for seed in range(part * SCENARIOS // PARTS, (part + 1) * SCENARIOS // PARTS):
        run_scenario(seed)


def test_a_seed_replays_to_the_same_scenario():
    assert run_scenario(42) == run_scenario(42)


def test_the_scenarios_are_worth_their_time():
    scenarios = [run_scenario(seed) for seed in range(60)]
    assert sum(scenario.processes > 1 for scenario in scenarios) > 10
    assert sum(scenario.fire_times for scenario in scenarios) > 3_000
    assert any(scenario.fire_times > scenario.runs for scenario in scenarios)


def test_a_backlog_is_taken_in_batches_and_nothing_is_lost():
    simulation = Simulation()
    simulation.add("tick", every(seconds=1))
    simulation.sleep_through(minutes=10)
    assert simulation.fire_times_accounted_for() == 600
    simulation.add("each", every(seconds=1), coalesce=False)
    simulation.sleep_through(minutes=10)
    simulation.come_to_rest()
    simulation.check()
    late = simulation.store.get_runs(job_id="each", status=RunStatus.SUCCEEDED)
    assert len(late) + len(simulation.store.get_runs(job_id="each", status=RunStatus.FAILED)) >= 600


def test_a_killed_process_loses_its_run_and_another_takes_over():
    simulation = Simulation(processes=2)
    simulation.add("long", every(seconds=5), takes=4)
    simulation.run(seconds=6)
    (running,) = simulation.store.get_unsettled_runs()
    (owner,) = (process for process in simulation.processes if process.name == running.owner)
    simulation.kill(owner)
    simulation.run(seconds=30)
    assert status_of(simulation, running) is RunStatus.LOST
    simulation.come_to_rest()
    simulation.check()


def test_a_lost_run_is_run_again_where_its_job_says_so():
    simulation = Simulation(processes=2)
    simulation.add("long", every(seconds=50), takes=4, on_lost=OnLost.RERUN)
    simulation.run(seconds=51)
    (running,) = simulation.store.get_unsettled_runs()
    (owner,) = (process for process in simulation.processes if process.name == running.owner)
    simulation.kill(owner)
    simulation.come_to_rest()
    simulation.check()
    attempts = [run for run in simulation.store.get_runs() if run.fire_time == running.fire_time]
    assert sorted((run.attempt, run.status is RunStatus.LOST) for run in attempts) == [(1, True), (2, False)]


def test_a_process_frozen_beyond_its_lease_finds_its_late_report_refused():
    simulation = Simulation(processes=2, lease=6.0, deaths_are_seen=False)
    simulation.add("long", every(seconds=100), takes=3)
    simulation.run(seconds=101)
    (running,) = simulation.store.get_unsettled_runs()
    (owner,) = (process for process in simulation.processes if process.name == running.owner)
    simulation.freeze(owner, 30)
    simulation.run(seconds=20)
    assert status_of(simulation, running) is RunStatus.LOST
    simulation.come_to_rest()
    assert status_of(simulation, running) is RunStatus.LOST
    simulation.check()


def test_a_process_that_is_frozen_twice_goes_on_when_both_are_over():
    simulation = Simulation(processes=1)
    simulation.add("often", every(seconds=1))
    simulation.run(seconds=3)
    (process,) = simulation.processes
    before = len(simulation.store.get_runs())
    simulation.freeze(process, 10)
    simulation.freeze(process, 4)
    simulation.run(seconds=8)
    assert process.is_frozen
    assert len(simulation.store.get_runs()) == before
    simulation.run(seconds=5)
    assert len(simulation.store.get_runs()) > before
    simulation.check()


@pytest.mark.parametrize("seed", [33505, 33676, 43051])
def test_a_process_that_is_frozen_in_a_call_is_neither_woken_in_it_nor_forgotten_after_it(seed):
    run_scenario(seed)
