"""Arguments that are almost right are refused, or make triggers that keep every promise: some of `make fuzz`."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.fuzz.account import call_to_account
from tests.triggers.fuzz.attempts import random_attempt
from tests.triggers.fuzz.bytes_random import BytesRandom


@settings(max_examples=500)
@given(st.binary(max_size=400))
def test_nothing_but_a_refusal_comes_out_of_a_trigger(data):
    random = BytesRandom(data)
    call_to_account(random_attempt(random), random)


def test_the_attempts_go_deep():
    told = set()
    random = Random(0)
    for _ in range(1_500):
        attempt = random_attempt(random)
        told.add((attempt.name, call_to_account(attempt, random)))
    ways, ends = ("crontab", "keywords", "interval", "date", "state"), ("made", "InvalidTriggerError", "TypeError")
    assert told == {(way, end) for way in ways for end in ends}
