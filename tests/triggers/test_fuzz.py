"""Arguments that are almost right are refused, or make triggers that keep every promise: some of `make fuzz`."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.fuzz.account import call_to_account
from tests.triggers.fuzz.attempts import random_attempt
from tests.triggers.fuzz.bytes_random import BytesRandom

SINGLE = ("crontab", "keywords", "interval", "calendar interval", "date")
RECURRENCES = ("rule", "lines", "dateutil")
COMPOSED = ("and", "or", "exclude")
TAKEN_OF_100 = dict.fromkeys(SINGLE, 1) | dict.fromkeys(RECURRENCES, 10) | dict.fromkeys((*COMPOSED, "state"), 20)


@settings(max_examples=250)
@given(st.binary(max_size=600))
def test_nothing_but_a_refusal_comes_out_of_a_trigger(data):
    random = BytesRandom(data)
    call_to_account(random_attempt(random), random)


def test_the_attempts_go_deep():
    told: Counter[tuple[str, str]] = Counter()
    random = Random(1)
    for _ in range(1_100):
        attempt = random_attempt(random)
        told[attempt.name, call_to_account(attempt, random)] += 1
    ends = ("made", "InvalidTriggerError", "TypeError")
    assert set(told) == {(way, end) for way in TAKEN_OF_100 for end in ends}
    for way, often in TAKEN_OF_100.items():
        attempts = sum(told[way, end] for end in ends)
        assert attempts > 50, way
        assert told[way, "made"] * 100 >= often * attempts, way
