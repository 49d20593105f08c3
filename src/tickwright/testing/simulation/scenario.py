"""A scenario: jobs, processes and misfortunes, all chosen by one number, so that the number is the bug report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tickwright.policies import OnLost
from tickwright.testing.simulation.ledger import BrokenPromiseError
from tickwright.testing.simulation.world import Simulation
from tickwright.triggers.base import Trigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger

__all__ = ["Scenario", "run_scenario"]


LARGEST_SKEW = 600.0
"""Seconds by which the clocks of processes on one store may be wrong."""

BLOWS = ("nothing", "kill", "freeze", "cut off", "set clock", "deploy", "start", "remove", "add")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What one seed leads to, for people who look at a failure."""

    seed: int
    processes: int
    jobs: int
    fire_times: int
    runs: int


def run_scenario(seed: int) -> Scenario:
    """Live through the scenario of a seed, and check every promise.

    Raises `BrokenPromiseError` naming the seed; `run_scenario` of the same seed does exactly the same again.
    """
    try:
        return _run(seed)
    except BrokenPromiseError as error:
        raise BrokenPromiseError(f"seed {seed}: {error}; replay it with run_scenario({seed})") from error
    except Exception as error:
        raise BrokenPromiseError(f"seed {seed}: {error!r} came out of the loop") from error


def _run(seed: int) -> Scenario:
    random = Random(seed)
    simulation = Simulation(
        seed,
        processes=0,
        lease=random.choice([6.0, 12.0]),
        batch=random.choice([1, 3, 500]),
        room=random.choice([None, None, 1, 3]),
        queued=random.choice([0, 2]),
        deaths_are_seen=random.random() < 0.5,
    )
    processes = random.choice([1, 1, 2, 3])
    for _ in range(processes):
        simulation.start_process(skew=_skew(random))
    for number in range(random.randint(1, 5)):
        _add_job(simulation, f"job{number}", random)
    for _ in range(random.randint(2, 6)):
        _set_weather(simulation, random)
        simulation.run(seconds=random.uniform(1, 20))
        _strike(simulation, random)
    simulation.come_to_rest()
    simulation.check()
    runs = simulation.store.get_runs()
    return Scenario(
        seed=seed,
        processes=processes,
        jobs=len(simulation.ledger.jobs),
        fire_times=simulation.fire_times_accounted_for(),
        runs=len(runs),
    )


def _add_job(simulation: Simulation, job_id: str, random: Random) -> None:
    simulation.add(
        job_id,
        _trigger(simulation, random),
        takes=random.choice([0.0, 0.1, 0.9, 3.0, 11.0]),
        coalesce=random.random() < 0.5,
        max_instances=random.choice([1, 1, 2]),
        misfire_grace_time=random.choice([None, None, 2.0]),
        on_lost=random.choice([OnLost.RECORD, OnLost.RERUN]),
    )


def _trigger(simulation: Simulation, random: Random) -> Trigger:
    now = simulation.clock.now()
    kind = random.choice(["interval", "interval", "cron", "date", "few"])
    if kind == "interval":
        return IntervalTrigger(seconds=random.choice([0.7, 1, 2.5, 7]), timezone="UTC")
    if kind == "cron":
        return CronTrigger(second=random.choice(["*", "*/3", "5,6,7"]), timezone="UTC")
    if kind == "date":
        return DateTrigger(now + timedelta(seconds=random.uniform(0, 20)), timezone="UTC")
    end = now + timedelta(seconds=random.uniform(3, 15))
    return IntervalTrigger(seconds=random.choice([1, 2]), end_date=end, timezone="UTC")


def _set_weather(simulation: Simulation, random: Random) -> None:
    for process in simulation.processes:
        weather = process.weather
        weather.clear()
        kind = random.choice(["fair", "outage", "unheard", "torn", "storm", "frost", "deadly", "broken workers"])
        if kind == "outage":
            weather.fails_before = random.choice([0.2, 1.0])
        elif kind == "unheard":
            weather.fails_after = random.choice([0.2, 0.5])
        elif kind == "torn":
            weather.halves = random.choice([0.2, 0.5])
        elif kind == "storm":
            weather.fails_before = weather.fails_after = weather.halves = 0.1
        elif kind == "frost":
            weather.freezes, weather.freezes_for = 0.05, random.choice([0.5, 2 * simulation.lease])
        elif kind == "deadly":
            weather.dies = 0.02
        elif kind == "broken workers":
            weather.refuses, weather.loses = 0.1, 0.2


def _skew(random: Random) -> timedelta:
    """Return how far a process's clock is off: most keep time, some are minutes away."""
    return timedelta(seconds=random.choice([0, 0, 1, -1]) * random.uniform(0, LARGEST_SKEW))


def _strike(simulation: Simulation, random: Random) -> None:
    if not simulation.processes:
        simulation.start_process(skew=_skew(random))
        return
    process = random.choice(simulation.processes)
    blow = random.choice(BLOWS)
    if blow == "kill":
        simulation.kill(process)
        simulation.start_process(skew=_skew(random))
    elif blow == "freeze":
        simulation.freeze(process, random.uniform(0, 2.5 * simulation.lease))
    elif blow == "cut off":
        simulation.cut_off(random.uniform(0, 2.5 * simulation.lease))
    elif blow == "set clock":
        simulation.set_clock(process, _skew(random))
    elif blow == "deploy":
        process.unloadable = {job_id for job_id in sorted(simulation.ledger.jobs) if random.random() < 0.5}
    elif blow == "start" and len(simulation.processes) < 4:
        simulation.start_process(skew=_skew(random))
    elif blow == "remove":
        simulation.remove(random.choice(sorted(simulation.ledger.jobs)))
    elif blow == "add":
        _add_job(simulation, f"later{len(simulation.ledger.jobs)}", random)
