"""Cron triggers give the fire times that other implementations, Debian's cron first, agree on."""

from datetime import timedelta

import pytest

from tests.triggers.samples import fire_times, instant, samples
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron import CronTrigger

CASES = samples("cases")
POSSIBLE = [case for case in CASES if "never" not in case["tags"]]
NEVER = [case for case in CASES if "never" in case["tags"]]
MOMENT = timedelta(microseconds=1)


def trigger_of(case):
    return CronTrigger.from_crontab(case["expr"], case["tz"], dst_policy=case["policy"])


def label(case):
    return f"{case['id']} {case['expr']}"


@pytest.mark.parametrize("policy", ["cron", "wall_clock", "skip", "shift"])
def test_the_samples_hold_going_forwards(policy):
    cases = [case for case in POSSIBLE if case["policy"] == policy]
    assert len(cases) >= 40
    for case in cases:
        found = fire_times(trigger_of(case), instant(case["start"]), instant(case["until"]), limit=10)
        assert found == [instant(text) for text in case["expected"]], label(case)


def test_the_samples_hold_going_backwards():
    for case in POSSIBLE:
        trigger = trigger_of(case)
        expected = [instant(text) for text in case["expected"]]
        moment = expected[-1] if expected else instant(case["until"])
        found = []
        while (fire_time := trigger.last_fire_time_until(moment)) and fire_time > instant(case["start"]):
            found.append(fire_time)
            moment = fire_time - MOMENT
        assert found[::-1] == expected, label(case)


def test_the_samples_hold_when_counted():
    for case in POSSIBLE:
        expected = [instant(text) for text in case["expected"]]
        until = expected[-1] if expected else instant(case["until"])
        assert trigger_of(case).count_fire_times(instant(case["start"]), until) == len(expected), label(case)


@pytest.mark.parametrize("case", NEVER, ids=label)
def test_an_expression_that_can_never_fire_is_refused(case):
    with pytest.raises(InvalidTriggerError, match="never fire"):
        trigger_of(case)
