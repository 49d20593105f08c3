"""What adding a job costs, counted and not timed: nothing is found out twice, and nothing is made for nobody."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest

from tests.schedulers import deeds
from tickwright import events
from tickwright.core import backlog, changing
from tickwright.errors import InvalidJobError
from tickwright.schedulers import adding, batch_adding, signature
from tickwright.testing import ManualScheduler
from tickwright.triggers.coerce import make_trigger

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def scheduler() -> ManualScheduler:
    return ManualScheduler("2026-01-01 12:00")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Counter[Any]:
    """Return which signatures were read, and how often."""
    counted: Counter[Any] = Counter()
    read = inspect.signature

    def counting(func: Callable[..., Any], **options: Any) -> inspect.Signature:
        counted[func] += 1
        return read(func, **options)

    signature._takes.cache_clear()
    make_trigger("interval", {"hours": 1}, UTC)  # which asks once what the trigger takes
    monkeypatch.setattr(inspect, "signature", counting)
    return counted


def test_the_signature_of_a_function_is_read_once_for_arguments_of_one_shape(scheduler, looks):
    for number in range(100):
        scheduler.add_job(deeds.add, "interval", hours=1, args=[number], kwargs={"b": number})
    assert looks == {deeds.add: 1}


def test_the_signature_of_a_method_is_read_once_for_all_objects(scheduler, looks):
    for number in range(100):
        scheduler.add_job(deeds.Greeter(str(number)).greet, "interval", hours=1)
    assert looks == {deeds.Greeter.greet: 1}


def test_what_is_refused_is_refused_each_time(scheduler):
    for _ in range(3):
        with pytest.raises(InvalidJobError, match=r"add\(a: .* cannot be called with args=\(\)"):
            scheduler.add_job(deeds.add, "interval", hours=1)
        with pytest.raises(InvalidJobError, match=r"Greeter.greet\(greeting: .* cannot be called with args=\(1, 2\)"):
            scheduler.add_job(deeds.Greeter("a").greet, "interval", hours=1, args=[1, 2])
        scheduler.add_job(deeds.add, "interval", hours=1, args=[1])


def test_a_reference_and_a_trigger_are_one_object_for_all_jobs_that_say_the_same(scheduler):
    first, second = (scheduler.add_job(deeds.note, "cron", hour=3)._stored for _ in range(2))
    assert first.reference is second.reference
    assert first.trigger is second.trigger
    assert first.kwargs is second.kwargs


def test_what_jobs_share_cannot_be_changed_through_one_of_them(scheduler):
    first, second = (scheduler.add_job(deeds.note, "interval", hours=1) for _ in range(2))
    first.kwargs["a"] = 1
    assert second.kwargs == {}
    assert scheduler.get_job(first.id).kwargs == {}


def test_a_partial_is_looked_at_with_its_own_arguments(scheduler):
    scheduler.add_job(functools.partial(deeds.add, 1), "interval", hours=1)
    with pytest.raises(InvalidJobError, match="cannot be called"):
        scheduler.add_job(functools.partial(deeds.add, 1, 2), "interval", hours=1, args=[3])


def test_no_event_is_made_for_nobody(scheduler, monkeypatch):
    made: Counter[int] = Counter()
    real = events.JobEvent

    def counting(code: int, *given: Any) -> events.JobEvent:
        made[code] += 1
        return real(code, *given)

    monkeypatch.setattr(adding, "JobEvent", counting)
    scheduler.add_listener(lambda event: None, events.EVENT_JOB_ERROR)
    scheduler.add_job(deeds.note, "interval", hours=1)
    assert not made
    scheduler.add_listener(lambda event: None, events.EVENT_JOB_ADDED)
    scheduler.add_job(deeds.note, "interval", hours=1)
    assert made == {events.EVENT_JOB_ADDED: 1}


def test_jobs_of_a_batch_share_what_is_the_same(scheduler, monkeypatch):
    asked: Counter[str] = Counter()
    for name in ("declare", "make_trigger"):
        monkeypatch.setattr(batch_adding, name, counted(asked, name, getattr(batch_adding, name)))
    first_fire_time = backlog.first_fire_time
    monkeypatch.setattr(changing, "first_fire_time", counted(asked, "first_fire_time", first_fire_time))
    batch = [{"id": f"job {n}", "args": [n]} for n in range(100)]
    jobs = scheduler.add_jobs(batch, func=deeds.add, trigger="interval", hours=1)
    assert asked == {"declare": 1, "make_trigger": 1, "first_fire_time": 1}
    assert len({id(job._stored.schedule) for job in jobs}) == 1
    assert len({id(job._stored.trigger) for job in jobs}) == 1
    assert [job.args for job in jobs] == [(n,) for n in range(100)]
    assert {job.name for job in jobs} == {"add"}


def test_jobs_of_a_batch_with_jitter_are_due_each_at_its_own_time(scheduler):
    batch = [{"id": f"job {n}"} for n in range(20)]
    jobs = scheduler.add_jobs(batch, func=deeds.note, trigger="interval", hours=1, jitter=60)
    alone = ManualScheduler("2026-01-01 12:00")
    single = [alone.add_job(deeds.note, "interval", hours=1, jitter=60, id=job.id) for job in jobs]
    assert [job.next_run_time for job in jobs] == [job.next_run_time for job in single]
    assert len({job.next_run_time for job in jobs}) > 10


def test_a_job_of_a_batch_is_what_it_would_be_alone(scheduler):
    arguments: dict[str, Any] = {
        "func": deeds.add,
        "trigger": "cron",
        "hour": 3,
        "args": [1],
        "misfire_grace_time": 5,
        "executor": "x",
    }
    batch: list[dict[str, Any]] = [
        {"id": "plain"},
        {"id": "named", "name": "mine"},
        {"id": "called", "args": [1, 2], "kwargs": {}},
        {"id": "keyed", "args": (), "kwargs": {"a": 1}},
        {"id": "else", "max_instances": 2},
        {"id": "last"},
    ]
    jobs = scheduler.add_jobs(batch, **arguments)
    alone = ManualScheduler("2026-01-01 12:00")
    for job, given in zip(jobs, batch, strict=True):
        wanted = alone.add_job(**{**arguments, **given})._stored
        unversioned = [one.with_schedule(one.schedule._replace(version=1)) for one in (wanted, job._stored)]
        assert unversioned[0] == unversioned[1]


def counted(asked: Counter[str], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def ask(*args: Any, **kwargs: Any) -> Any:
        asked[name] += 1
        return call(*args, **kwargs)

    return ask
