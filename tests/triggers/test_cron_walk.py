"""Cron triggers agree with the walk at changes of clocks and over years: the part of `make test-time` for every day."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest

from tests.triggers.proof.cases import Books, case_names, run_case
from tests.triggers.proof.checks import EPOCH, MOMENT
from tests.triggers.proof.clocks import HOUR, clock_of, second_of
from tests.triggers.proof.defects import DEFECTS
from tests.triggers.proof.random_expressions import random_expression
from tests.triggers.proof.walk import POLICIES, walk
from tests.triggers.samples import TELLING_ZONES, fire_times
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron import CronTrigger

# CI looks at the same cases every time, a developer's machine at new ones; a case that fails shows its name.
SEED = 0 if os.environ.get("CI") else Random().randrange(10**6)


def differences(zone, years, most_cases, per_change=1, spans=4):
    """Return what differs in some of a zone's cases."""
    clock = clock_of(zone, *years)
    names = list(case_names(clock, SEED, per_change, spans))
    books = Books()
    for name in Random(f"{SEED}:{zone}").sample(names, min(most_cases, len(names))):
        run_case(name, clock, books)
    return books.differences


@pytest.mark.parametrize("zone", TELLING_ZONES)
def test_nothing_is_missing_extra_doubled_or_out_of_order(zone):
    assert not differences(zone, (2000, 2040), most_cases=15)


@pytest.mark.parametrize("part", range(3))
def test_that_holds_in_zones_taken_at_random(part):
    zones = Random(f"{SEED}:{part}").sample(sorted(available_timezones()), 8)
    assert not [difference for zone in zones for difference in differences(zone, (2000, 2040), most_cases=5)]


def test_that_held_where_clocks_changed_by_odd_seconds():
    for zone in ("Africa/Monrovia", "America/New_York", "Asia/Kolkata", "Europe/Amsterdam", "Europe/Dublin"):
        assert not differences(zone, (1880, 1975), most_cases=12)


# -- the walk itself ---------------------------------------------------------------------------------------


def every_second(expression, zone, begin, end, policy):
    """Return what the walk must: look at every second of a stretch with one change, and ask `zoneinfo` alone.

    Which pass it is, `fold` says. A wall that the clock leaves out does not come back from UTC; there `zoneinfo` takes
    it by the offset from before the gap with `fold=0`, from after it with `fold=1` (PEP 495).
    """
    strict = policy == "cron" and not expression.is_wildcard
    seconds = [datetime.fromtimestamp(second, zone) for second in range(begin, end)]
    first_after = next(at for at in seconds if at.utcoffset() != seconds[0].utcoffset())
    found = set()
    for at in seconds:
        size = offset(at, fold=0) - offset(at, fold=1)
        is_silent = at.fold and (policy in ("skip", "shift") or (strict and size <= timedelta(hours=3)))
        if matches(expression, at) and not is_silent:
            found.add(second_of(at))
    wall, last = (at.replace(tzinfo=None) for at in (seconds[0], seconds[-1]))
    while wall < last:
        at = wall.replace(tzinfo=zone)
        if matches(expression, wall) and at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
            size = offset(at, fold=1) - offset(at, fold=0)
            if policy == "shift":
                found.add(second_of(at))
            elif strict and size < timedelta(hours=3):
                found.add(second_of(first_after))
        wall += timedelta(seconds=1)
    return sorted(found)


def offset(at, fold):
    return at.replace(fold=fold).utcoffset()


def matches(expression, at):
    return (
        at.second in expression.seconds
        and at.minute in expression.minutes
        and at.hour in expression.hours
        and expression.matches_date(at.date())
    )


@pytest.mark.parametrize(
    ("zone", "year", "number"),
    [
        ("Europe/Berlin", 2027, 0),  # a gap
        ("Europe/Berlin", 2027, 1),  # a fold
        ("Australia/Lord_Howe", 2027, 0),
        ("Africa/Cairo", 2027, 0),
        ("Antarctica/Casey", 2009, 0),  # a gap of exactly three hours
        ("Antarctica/Casey", 2010, 0),  # a fold of exactly three hours
        ("Africa/Monrovia", 1972, 0),  # 44 minutes and 30 seconds
    ],
)
def test_the_walk_agrees_with_looking_at_every_second(zone, year, number):
    clock = clock_of(zone, year, year)
    change = clock.changes[number]
    reach = abs(change.size) + HOUR
    begin, end = change.instant - reach, change.instant + reach
    random = Random(f"{SEED}:{zone}:{year}")
    near = (EPOCH + timedelta(seconds=change.instant + change.before)).replace(tzinfo=None)
    fires = 0
    while not fires:
        expression = random_expression(random, near)
        for policy in POLICIES:
            expected = every_second(expression, ZoneInfo(zone), begin, end, policy)
            fires += len(expected)
            assert walk(expression, clock, begin, end, policy) == expected, (expression.code(zone, policy), SEED)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_trigger_that_is_broken_on_purpose_does_not_pass(defect):
    # In a process of its own, as what triggers remember would stay broken.
    proof = [sys.executable, "-m", "tests.triggers.proof", "--seed=0", "--years=2008-2013", "--per-change=12"]
    told = subprocess.run(
        [*proof, "--spans=400", f"--defect={defect}", "Antarctica/Casey", "America/New_York"],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1, told.stderr
    assert told.stdout.startswith("0:2008-2013:A")


# -- beyond changes of clocks ------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_every_start_inside_a_second_pass_gives_the_tail(policy):
    clock = clock_of("Australia/Lord_Howe", 2027, 2027)
    change = EPOCH + timedelta(seconds=clock.changes[0].instant)  # on 2027-04-04, 02:00 became 01:30
    hour = timedelta(hours=1)
    for text in ("*/7 * * * *", "45 1 * * *", "1/4 1-2 * * *", "40 * * * *"):
        trigger = CronTrigger.from_crontab(text, clock.zone, dst_policy=policy)
        forwards = fire_times(trigger, change - 3 * hour, change + 24 * hour)
        for minutes in range(-60, 61):
            start = change + timedelta(minutes=minutes)
            tail = [fire_time for fire_time in forwards if fire_time > start]
            assert fire_times(trigger, start, change + 24 * hour) == tail


@pytest.mark.parametrize("number", range(25))
def test_dates_agree_with_the_calendar_over_centuries(number):
    random = Random(f"{SEED}:{number}")
    expression = random_expression(random, datetime(2027, random.randint(1, 12), random.randint(1, 28), 2, 30))
    try:
        trigger = expression.trigger("UTC", "cron")
    except InvalidTriggerError:  # it can never fire: that this is so, every case checks
        return
    begin = EPOCH + timedelta(days=random.randrange(400 * 365))
    end = begin + timedelta(days=random.randint(1, 40 * 365))
    matching = [day for day in days_between(begin, end) if expression.matches_date(day)]
    assert trigger.count_fire_times(begin - MOMENT, end - MOMENT) == len(matching) * expression.per_day
    first = trigger.get_next_fire_time(None, begin)
    last = trigger.last_fire_time_until(end - MOMENT)
    if matching:
        assert [at and at.date() for at in (first, last)] == [matching[0], matching[-1]]
    else:
        assert first is None or first >= end
        assert last is None or last < begin


def days_between(begin, end):
    return [(begin + timedelta(days=day)).date() for day in range((end - begin).days)]
