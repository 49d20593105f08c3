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
from tickwright.errors import InvalidJobError
from tickwright.schedulers import adding, signature
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
