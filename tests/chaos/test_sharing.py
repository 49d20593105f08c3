"""Processes that share a file come, go, freeze and die, and each fire time is still run once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from textwrap import dedent

import pytest

from tests.chaos.deeds import hold
from tests.chaos.deploy import PERIOD
from tests.chaos.stage import beside, each_fire_time_once, freeze_unlocked, has_calls, opened, until
from tests.durability.audit import finish, judge_world, lines_of
from tests.durability.deeds import leave_line
from tests.durability.judge import Line
from tests.durability.plan import every
from tests.durability.victim import Victim, end_all
from tests.durability.world import World
from tickwright import DateTrigger
from tickwright.schedulers import base

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL and SIGSTOP are POSIX's"),
]


def end(victims: list[Victim]) -> None:
    """Ask them to end, and see that they do so without a complaint."""
    end_all(victims)
    for victim in victims:
        assert victim.complaints.splitlines() == []


def called(world: World, job_id: str, number: int = 1) -> list[Line]:
    """Wait until a job was called so often, and return its lines."""

    def are_there() -> list[Line]:
        lines = [line for line in lines_of(world) if line.job == job_id]
        return lines if len(lines) >= number else []

    found: list[Line] = until(are_there, f"call {number} of {job_id}")
    return found


# -- frozen, dead ----------------------------------------------------------------------------------


def test_a_process_that_was_frozen_finds_its_report_refused_and_works_on(world, start):
    shared = world()
    gate = shared.folder / "gate"
    frozen = start(shared)
    frozen.wait_until("up")
    with beside(shared) as watcher:
        watcher.add_job(hold, args=[str(shared.lines), str(gate)], id="held")
        called(shared, "held")
        freeze_unlocked(frozen)
        (lost,) = until(lambda: watcher.get_runs("held", status="lost"), "the loss")
        gate.touch()
        frozen.thaw()
        until(lambda: lines_of(shared)[0].ended, "the end of the function")
        until(lambda: "came too late and is dropped" in frozen.complaints, "the refusal", [frozen])
        (kept,) = watcher.get_runs("held")
        assert (kept.id, kept.status, kept.finished_at) == (lost.id, "lost", lost.finished_at)
        watcher.add_job(leave_line, args=[str(shared.lines), 0.0], id="next")
        assert called(shared, "next")[0].process == frozen.pid
        until(lambda: watcher.get_runs("next", status="succeeded"), "the next outcome")
    assert [line.job for line in lines_of(shared)] == ["held", "next"]


def test_what_waits_for_a_worker_in_a_frozen_process_and_is_lost_is_not_begun_afterwards(world, start):
    shared = world(threads=1)
    gate = shared.folder / "gate"
    with beside(shared) as declaring:
        declaring.add_job(hold, args=[str(shared.lines), str(gate)], id="held")
        declaring.add_job(leave_line, args=[str(shared.lines), 0.0], id="waiting")
    frozen = start(shared)  # alone now, and so it takes what has to wait, too
    called(shared, "held")
    with opened(shared) as store:
        until(lambda: store.get_runs(job_id="waiting"), "the run that waits")
    freeze_unlocked(frozen)
    with beside(shared) as watcher:
        until(lambda: len(watcher.get_runs(status="lost")) == 2, "both losses")
        frozen.thaw()
        # It knows by now, and only then there is a worker for the other one.
        until(lambda: frozen.complaints.count("took this one for dead") == 2, "the discovery", [frozen])
        gate.touch()
        watcher.add_job(leave_line, args=[str(shared.lines), 0.0], id="next")
        called(shared, "next")
    assert [line.job for line in lines_of(shared)] == ["held", "next"]


@pytest.mark.parametrize("is_blind", [False, True])
def test_a_dead_process_is_found_by_its_pid_or_else_by_its_lease_alone(world, start, monkeypatch, is_blind):
    shared = world(is_blind=is_blind)
    gate = shared.folder / "gate"
    if is_blind:
        monkeypatch.setattr(base, "is_dead", lambda owner: False)
    victim = start(shared)
    victim.wait_until("up")
    with beside(shared) as watcher:
        for job_id, on_lost in (("recorded", "record"), ("rerun", "rerun")):
            args = [str(shared.lines), str(gate)]
            watcher.add_job(hold, args=args, id=job_id, on_lost=on_lost)
            called(shared, job_id)
        heir = start(shared)
        heir.wait_until("up")
        victim.kill()
        (lost,) = until(lambda: watcher.get_runs("recorded", status="lost"), "the loss")
        first, again = called(shared, "rerun", 2)
        gate.touch()
        until(lambda: watcher.get_runs("rerun", status="succeeded"), "the outcome of the rerun")
    took = lost.finished_at.timestamp() - victim.killed_at
    print(f"\nfound {'by its lease' if is_blind else 'by its pid'} after {took:.2f} s")
    assert (first.process, first.attempt, again.process, again.attempt) == (victim.pid, 1, heir.pid, 2)
    # Its beat has to stand still for 1.3 s, of which half a second may have passed when it was killed.
    assert took > 0.5 or not is_blind, "somebody saw that its process was gone"


# -- changes ---------------------------------------------------------------------------------------


def test_what_one_process_changes_the_others_see_within_a_second(world, start):
    shared = world(lease=30.0)  # so that no lease wakes their loops
    worker = start(shared)
    worker.wait_until("up")
    seen: dict[str, list[float]] = {"add_job": [], "reschedule_job": [], "modify_job": [], "resume_job": []}
    args = [str(shared.lines), 0.0]
    far = datetime.now(UTC) + timedelta(hours=1)

    def look(what: str, job_id: str) -> None:
        changed_at = datetime.now(UTC).timestamp()
        seen[what].append(called(shared, job_id)[0].began - changed_at)

    with beside(shared) as other:
        for number in range(2):
            ids = {what: f"{what}-{number}" for what in seen}
            for what in ("reschedule_job", "modify_job"):
                other.add_job(leave_line, far, args=args, id=ids[what])
            other.add_job(leave_line, timedelta(seconds=0.1), args=args, id=ids["resume_job"], next_run_time=None)
            other.add_job(leave_line, args=args, id=ids["add_job"])
            look("add_job", ids["add_job"])
            other.reschedule_job(ids["reschedule_job"], trigger=DateTrigger(datetime.now(UTC)))
            look("reschedule_job", ids["reschedule_job"])
            other.modify_job(ids["modify_job"], next_run_time=datetime.now(UTC))
            look("modify_job", ids["modify_job"])
            other.resume_job(ids["resume_job"])
            look("resume_job", ids["resume_job"])
            other.remove_job(ids["resume_job"])
    for what, seconds in seen.items():
        print(f"{what}: seen after {median(seconds):.2f} s, at the latest after {max(seconds):.2f} s")


def test_no_process_acts_on_a_job_as_it_was_before_another_changed_it(world, start):
    shared = world()
    workers = [start(shared) for _ in range(2)]
    for worker in workers:
        worker.wait_until("up")
    jobs = ["paused", "removed", "modified"]
    instants: dict[str, float] = {}
    with beside(shared) as other:
        for job_id in jobs:
            other.add_job(leave_line, "interval", seconds=0.05, args=[str(shared.lines), 0.0], id=job_id)
        for job_id in jobs:
            called(shared, job_id, 5)
        other.pause_job("paused")
        instants["paused"] = datetime.now(UTC).timestamp()
        other.remove_job("removed")
        instants["removed"] = datetime.now(UTC).timestamp()
        elsewhere = shared.folder / "elsewhere.txt"
        other.modify_job("modified", args=[str(elsewhere), 0.0])
        instants["modified"] = datetime.now(UTC).timestamp()
        # Whatever they had read before is decided on by then.
        until(lambda: elsewhere.exists() and len(elsewhere.read_text().splitlines()) > 20, "calls of the changed job")
        old = {line.run for line in lines_of(shared)}
        for job_id, instant in instants.items():
            taken = [run.taken_at.timestamp() for run in other.get_runs(job_id) if run.id in old]
            assert len(taken) >= 5
            assert max(taken) <= instant, f"{job_id} was run as it had been, {max(taken) - instant:.3f} s later"
    end(workers)


# -- coming and going ------------------------------------------------------------------------------


def test_six_processes_that_start_at_once_make_one_file_and_run_each_fire_time_once(world, start):
    shared = world(*[every(1, f"job-{number}", takes=0.05, coalesce=False) for number in range(6)])
    crowd = [start(shared, "waiting") for _ in range(6)]
    for victim in crowd:
        victim.wait_until("ready")
    assert not shared.file.exists()
    for victim in crowd:
        victim.go()
    for victim in crowd:
        victim.wait_until("up")
    until(partial(has_calls, shared, 24), "four fire times of each job", crowd)
    end(crowd)
    finish(shared)
    verdict = judge_world(shared, at_the_end=True)
    assert verdict.complaints == []
    assert verdict.tallies["interval"].lost == 0


def test_a_rolling_deploy_loses_nothing_doubles_nothing_and_moves_nothing(world, start):
    shared = world(
        *[
            every(1, f"job-{number}", takes=0.3, coalesce=False, executor=("default", "processes")[number % 2])
            for number in range(4)
        ],
        every(3600, "far", coalesce=False),
    )
    old = [start(shared) for _ in range(2)]
    for victim in old:
        victim.wait_until("up")
    with opened(shared) as store:
        far = store.read_standings(["far"])["far"].schedule
    for generation in range(1, 3):
        until(partial(has_calls, shared, 8 * generation), "calls", old)
        new = [start(shared) for _ in range(2)]
        if generation == 2:  # the new ones work already when the old ones are asked to go
            for victim in new:
                victim.wait_until("up")
        end(old)
        for victim in new:
            victim.wait_until("up")
        old = new
    end(old)
    with opened(shared) as store:
        again = store.read_standings(["far"])["far"].schedule
        assert (again.next_fire_time, again.next_run_time) == (far.next_fire_time, far.next_run_time)
        assert store.get_leases() == []
        assert store.get_unsettled_runs() == []
    finish(shared)
    verdict = judge_world(shared, at_the_end=True)
    assert verdict.complaints == []
    assert verdict.tallies["interval"].lost == 0
    assert verdict.tallies["interval"].fire_times >= 12


VERSIONS = {
    "old": "def sell(log):\n    leave_line(log, 0.0)\n",
    "new": "def sell_all(log):\n    leave_line(log, 0.0)\n\n\nsell = sell_all\n",
}


def test_older_and_newer_code_for_one_job_take_turns_and_each_fire_time_is_run_once(world, start):
    shared = world()
    for version, code in VERSIONS.items():
        folder = shared.folder / version
        folder.mkdir()
        (folder / "shop.py").write_text(dedent("from tests.durability.deeds import leave_line\n\n\n") + code)

    def deploy(version: str) -> Victim:
        victim: Victim = start(shared, version, module="tests.chaos.deploy")
        victim.wait_until("up")
        return victim

    def calls_by(victim: Victim, number: int) -> None:
        def are_there() -> bool:
            return sum(line.process == victim.pid for line in lines_of(shared)) >= number

        until(are_there, f"call {number} by {victim.pid}", [victim])

    old = deploy("old")
    calls_by(old, 3)
    new = deploy("new")
    declared_at = datetime.now(UTC).timestamp()
    calls_by(new, 5)
    assert not [line for line in lines_of(shared) if line.process == old.pid and line.began > declared_at + 1.0]
    assert "sell_all" in old.complaints, "the old one should say what it cannot load"
    end_all([new])
    # Nobody can run it now, and it stays; what falls due meanwhile is run by whoever can.
    with opened(shared) as store:
        assert store.read_standings(["sale"])["sale"].schedule.next_fire_time is not None
    back = deploy("old")
    calls_by(back, 3)
    end_all([old, back])
    for victim in (old, back):
        assert "Traceback" not in victim.complaints
    with opened(shared) as store:
        runs = store.get_runs()
    assert {str(run.status) for run in runs} <= {"succeeded", "skipped"}
    each_fire_time_once(runs, timedelta(seconds=PERIOD))
    assert len({line.run for line in lines_of(shared)}) == len(lines_of(shared))


def test_two_schedulers_of_one_process_on_one_file_run_each_fire_time_once(world):
    shared = world()
    period = timedelta(seconds=0.1)
    with beside(shared, paused=False) as first:
        for number in range(4):
            args = [str(shared.lines), 0.02]
            first.add_job(leave_line, period, args=args, id=f"job-{number}", coalesce=False)
        with beside(shared, paused=False) as second:
            for number in range(4):
                called(shared, f"job-{number}", 10)
            assert {job.id for job in second.get_jobs()} == {f"job-{number}" for number in range(4)}
        for number in range(4):
            called(shared, f"job-{number}", 30)
    with opened(shared) as store:
        assert store.get_leases() == []
        for number in range(4):
            runs = store.get_runs(job_id=f"job-{number}")
            assert {str(run.status) for run in runs} <= {"succeeded", "skipped"}
            each_fire_time_once(runs, period)
    assert len({(line.job, line.fire_time) for line in lines_of(shared)}) == len(lines_of(shared))


def test_a_process_that_opens_the_store_to_read_and_leaves_disturbs_nobody(world, start):
    shared = world(*[every(1, f"job-{number}", takes=0.2, coalesce=False) for number in range(3)])
    worker = start(shared)
    worker.wait_until("up")
    for number in range(1, 5):
        called(shared, "job-0", number)
        with beside(shared) as reader:
            assert len(reader.get_jobs()) == 3
            assert reader.get_runs()
            assert reader.health().ok
    end([worker])
    with opened(shared) as store:
        runs = store.get_runs()
        assert store.get_leases() == []
    (owner,) = {run.owner for run in runs}
    assert owner in shared.owners.read_text()
    assert {str(run.status) for run in runs} == {"succeeded"}
    for number in range(3):
        each_fire_time_once([run for run in runs if run.job_id == f"job-{number}"], timedelta(seconds=1))
