"""A quick maker does what the class does, and what it makes is as frozen."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from tickwright.frozen import quick_maker
from tickwright.policies import UNSET
from tickwright.stored_job import NO_KWARGS, Schedule, StoredJob, make_schedule, make_stored_job
from tickwright.triggers.interval import IntervalTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A value with a field of each kind."""

    first: int
    second: str = "two"
    third: object = None
    rest: list[int] = field(default_factory=list)


make_pair = quick_maker(Pair)


@pytest.mark.parametrize("given", [{}, {"second": ""}, {"third": UNSET}, {"rest": [3], "third": 3}], ids=str)
def test_what_is_made_is_what_the_class_would_make(given):
    made = make_pair(first=1, **given)
    assert made == Pair(first=1, **given)
    assert type(made) is Pair
    assert repr(made) == repr(Pair(first=1, **given))
    assert pickle.loads(pickle.dumps(made)) == made
    assert replace(made, first=2) == Pair(first=2, **given)


def test_a_default_that_is_made_is_made_for_each():
    assert make_pair(first=1).rest is not make_pair(first=1).rest


def test_it_is_frozen():
    made = make_pair(first=1)
    with pytest.raises(FrozenInstanceError):
        made.first = 2  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        made.fourth = 4  # type: ignore[attr-defined]


@pytest.mark.parametrize("given", [{}, {"first": 1, "fourth": 4}], ids=str)
def test_what_is_missing_or_unknown_is_refused_as_anywhere(given):
    with pytest.raises(TypeError, match=r"first|fourth"):
        make_pair(**given)
    with pytest.raises(TypeError):
        make_pair(1)  # type: ignore[call-arg]


def test_the_makers_of_stored_jobs_and_schedules_know_all_fields():
    assert make_schedule() == Schedule()
    given: dict[str, Any] = {"func": print, "reference": None, "trigger": IntervalTrigger(hours=1, timezone="UTC")}
    job = make_stored_job(id="job", **given)
    assert job == StoredJob(id="job", **given)
    other = StoredJob(id="other", **given, kwargs={"a": 1}, name="n", max_instances=3, executor="e", coalesce=False)
    planned = other.planned(given["trigger"], Schedule(version=9))
    assert planned == replace(other, schedule=Schedule(version=9))
    assert [one.name for one in fields(StoredJob) if getattr(planned, one.name) is None] == [
        "reference",
        "misfire_grace_time",
    ]


def test_what_jobs_without_keyword_arguments_share_can_be_pickled():
    assert pickle.loads(pickle.dumps(NO_KWARGS)) == {}
