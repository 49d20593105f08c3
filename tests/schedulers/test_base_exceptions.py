"""Exceptions that are no `Exception`s: raised by somebody's trigger, arguments or result, they stop nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import Heard, in_time
from tickwright import events
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.triggers.base import Trigger

pytestmark = pytest.mark.timeout(60)

ODD = [KeyboardInterrupt, GeneratorExit, SystemExit, BaseException]

is_armed = False
"""Whether the values below go off: they are made, and stored, while they are harmless."""


class Bomb:
    """Raises when it is loaded."""

    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if is_armed:
            raise self.error("on being loaded")


class OddTrigger(Trigger):
    """Raises whenever it is asked, once it is armed."""

    def __init__(self, error: type[BaseException], first: datetime) -> None:
        self.error = error
        self.first = first

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        if previous_fire_time is not None:
            raise self.error("on being asked")
        return self.first


def give_bomb(error: type[BaseException]) -> Bomb:
    return Bomb(error)


@pytest.fixture(autouse=True)
def disarmed():
    global is_armed
    yield
    is_armed = False


def others_go_on(scheduler: Any, heard: Heard) -> None:
    """See another job run several times."""
    scheduler.add_job(deeds.note, "interval", seconds=0.05, id="other")
    for count in (2, 4):
        heard.wait_for(events.EVENT_JOB_SUBMITTED, count)
    assert [run.status for run in scheduler.get_runs("other", status="succeeded")]


@pytest.mark.parametrize("error", ODD)
def test_a_job_that_raises_when_it_is_loaded_is_set_aside_and_others_go_on(background, heard, tmp_path, error):
    global is_armed
    path = tmp_path / "jobs.sqlite"
    with_bomb = background(jobstores={"default": SQLiteJobStore(path)})
    with_bomb.add_job(deeds.note, "interval", seconds=0.05, args=[Bomb(error)], id="bomb")
    with_bomb.shutdown()
    is_armed = True
    scheduler = background(start=False, jobstores={"default": SQLiteJobStore(path)})
    scheduler.add_listener(heard)
    scheduler.start()
    assert error.__name__ in heard.wait_for(events.EVENT_JOB_UNREADABLE).reason
    others_go_on(scheduler, heard)
    assert [job.job_id for job in in_time(scheduler.get_unreadable_jobs)] == ["bomb"]


@pytest.mark.parametrize("error", ODD)
def test_a_result_that_raises_when_it_is_loaded_is_left_out_of_the_history(background, heard, tmp_path, error):
    global is_armed
    scheduler = background(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")})
    scheduler.add_listener(heard)
    scheduler.add_job(give_bomb, args=[error], id="bomb")
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    is_armed = True
    # Not in the main thread, where it could be Ctrl-C.
    (run,) = in_time(lambda: scheduler.get_runs("bomb"))
    assert run.result is None
    assert f"its result cannot be loaded here: {error.__name__}" in str(run.reason)
    others_go_on(scheduler, heard)


@pytest.mark.parametrize("error", ODD)
def test_a_trigger_that_raises_one_stops_its_own_job_only(background, heard, error):
    scheduler = background(jobstores={"default": MemoryJobStore()})
    scheduler.add_listener(heard)
    scheduler.add_job(deeds.note, OddTrigger(error, scheduler.clock.now()), id="odd")
    assert error.__name__ in heard.wait_for(events.EVENT_TRIGGER_ERROR).reason
    others_go_on(scheduler, heard)
    assert scheduler.health().triggers_failing == 1
    assert scheduler._loop.failure is None
