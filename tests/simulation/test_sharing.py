"""Moments that chance seldom brings about: who is taken for dead, by whom, and when the dead stir."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tickwright.jobstores.leases import LeaseBook
from tickwright.policies import OnLost
from tickwright.run import RunStatus
from tickwright.testing.simulation import BrokenPromiseError, Simulation
from tickwright.testing.simulation.process import Process
from tickwright.triggers.interval import IntervalTrigger

LEASE = 6.0


def shared(processes: int, **options) -> Simulation:
    return Simulation(processes=processes, lease=LEASE, deaths_are_seen=False, **options)


def at_call(process: Process, call: str, action: Callable[[], None], *, after: bool = False) -> None:
    """Do something when a process makes its next call of this name, before or after it is carried out."""
    hook = "after" if after else "before"
    suffer = getattr(process, hook)

    def strike(name: str) -> None:
        if name == call:
            setattr(process, hook, suffer)
            action()
        suffer(name)

    setattr(process, hook, strike)


def owner_of_the_run(simulation: Simulation) -> Process:
    (run,) = simulation.store.get_unsettled_runs()
    owner = simulation.find(run.owner)
    assert owner is not None
    return owner


# -- one that stirs while it is being settled ----------------------------------------------------------------------


def one_stirs_while_it_is_settled() -> Simulation:
    """Have a process freeze, another find it dead and freeze before it has written that, and the first come back."""
    simulation = shared(2)
    simulation.add("long", IntervalTrigger(seconds=100, timezone="UTC"), takes=60, on_lost=OnLost.RERUN)
    simulation.run(seconds=101)
    first = owner_of_the_run(simulation)
    (second,) = (process for process in simulation.processes if process is not first)
    # The next thing that the second has to write is that the first is dead.
    at_call(second, "commit", lambda: simulation.freeze_now(second, 4 * LEASE))
    simulation.freeze(first, LEASE)
    simulation.run(seconds=6 * LEASE)
    simulation.come_to_rest()
    simulation.check()
    return simulation


def test_one_that_stirs_while_it_is_settled_keeps_its_runs():
    simulation = one_stirs_while_it_is_settled()
    attempts = [run.attempt for run in simulation.store.get_runs(job_id="long")]
    assert set(attempts) == {1}
    assert not simulation.store.get_runs(status=RunStatus.LOST)


def test_that_is_noticed_where_nobody_asks_whether_it_has_stirred(monkeypatch):
    monkeypatch.setattr(LeaseBook, "is_silent", lambda self, silence: True)
    with pytest.raises(BrokenPromiseError, match="had done nothing wrong"):
        one_stirs_while_it_is_settled()


# -- one that is back before all have seen that it was gone --------------------------------------------------------


def one_is_back_before_all_have_seen_it_gone() -> Simulation:
    """Have a process freeze and be buried, and come back between two looks of a third."""
    simulation = shared(1)
    (first,) = simulation.processes
    simulation.run(seconds=0.1)
    for _ in range(2):
        simulation.start_process()
        simulation.run(seconds=0.3)
    _, second, third = simulation.processes
    # It has beaten once, and both have seen that beat.
    first.freezes += 1

    def thaw() -> None:
        first.freezes -= 1
        first.wakes_at = None
        first.plan(0)
        simulation.add("long", IntervalTrigger(seconds=0.05, timezone="UTC"), takes=20)

    at_call(second, "close_lease", thaw, after=True)
    # Whichever of the two is first to look buries it.
    third.engine.desks["default"]._lease.bury = lambda dead: None  # type: ignore[method-assign] # in this one only
    simulation.run(seconds=40)
    simulation.ledger.raise_if_broken()
    return simulation


def test_one_that_is_back_before_all_have_seen_it_gone_lives():
    simulation = one_is_back_before_all_have_seen_it_gone()
    assert simulation.store.get_runs(job_id="long")
    assert not simulation.store.get_runs(status=RunStatus.LOST)


def test_that_is_noticed_where_its_lease_begins_with_a_beat_that_was_seen_before(monkeypatch):
    open_lease = LeaseBook.open
    monkeypatch.setattr(
        LeaseBook, "open", lambda self, owner, seconds, now, beat=1: open_lease(self, owner, seconds, now)
    )
    with pytest.raises(BrokenPromiseError, match="on record as lost"):
        one_is_back_before_all_have_seen_it_gone()


# -- how long it takes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("skew", [0, 600, -600])
@pytest.mark.parametrize("killed_after", [0.0, 0.4, 0.99])
def test_the_runs_of_the_dead_are_found_within_the_lease_wherever_the_clocks_stand(skew, killed_after):
    simulation = shared(1)
    simulation.add("long", IntervalTrigger(seconds=10, timezone="UTC"), takes=600)
    simulation.run(seconds=11)
    first = owner_of_the_run(simulation)
    simulation.start_process(skew=timedelta(seconds=skew))
    simulation.run(seconds=2 * LEASE + killed_after)
    died_at = simulation.clock.now()
    (run,) = (run for run in simulation.store.get_unsettled_runs() if run.owner == first.name)
    simulation.kill(first)
    simulation.run(seconds=2 * LEASE)
    assert simulation.ledger.settled_at[run.id] - died_at <= timedelta(seconds=LEASE)


def test_while_nobody_gets_through_for_long_nobody_is_lost_and_all_go_on():
    simulation = shared(3)
    simulation.add("long", IntervalTrigger(seconds=30, timezone="UTC"), takes=200)
    simulation.add("each", IntervalTrigger(seconds=1, timezone="UTC"), coalesce=False)
    simulation.run(seconds=35)
    simulation.cut_off(60)
    simulation.run(seconds=120)
    assert not simulation.store.get_runs(status=RunStatus.LOST)
    simulation.come_to_rest()
    simulation.check()


@pytest.mark.parametrize("skews", [(600, -600), (600, 0, -600), (0.3, -0.3)])
def test_each_fire_time_is_run_once_wherever_the_clocks_stand(skews):
    simulation = Simulation(processes=0, lease=LEASE)
    for skew in skews:
        simulation.start_process(skew=timedelta(seconds=skew))
    simulation.add("each", IntervalTrigger(seconds=1, timezone="UTC"), coalesce=False, takes=0.1)
    simulation.add("fold", IntervalTrigger(seconds=1, timezone="UTC"), takes=2)
    simulation.run(minutes=2)
    simulation.set_clock(simulation.processes[0], timedelta(seconds=-skews[0]))
    simulation.run(minutes=25)
    simulation.come_to_rest()
    simulation.check()
    assert simulation.fire_times_accounted_for() > 200


def test_a_job_that_one_process_cannot_load_is_run_by_another_and_never_removed():
    simulation = shared(2)
    old, new = simulation.processes
    old.unloadable = {"new code"}
    simulation.add("new code", IntervalTrigger(seconds=1, timezone="UTC"), takes=0.2)
    simulation.run(seconds=20)
    runs = simulation.store.get_runs(job_id="new code")
    assert len(runs) >= 18
    assert {run.owner for run in runs} == {new.name}
    simulation.come_to_rest()
    simulation.check()
