"""The benchmark of right fire times judges made-up answers as its method says."""

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.triggers_right.asking import ADAPTERS, Asked
from benchmarks.triggers_right.cases import Case, read_cases
from benchmarks.triggers_right.malformed import malformed_markdown, malformed_texts, what_came
from benchmarks.triggers_right.peers import EVERYTHING, PEERS
from benchmarks.triggers_right.table import Tally, as_json, as_markdown
from benchmarks.triggers_right.verdict import Answer, Verdict, judge

# Clocks in Berlin went back on 25 October 2026 at 01:00 UTC: 02:30 came twice.
FIRST_PASS, SECOND_PASS = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 10, 24, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
ELSEWHERE = datetime(2026, 10, 25, 12, tzinfo=UTC)


def case(expr="30 2 * * *", zone="Europe/Berlin", **changes):
    given = {
        "id": 1,
        "expr": expr,
        "zone": zone,
        "start": BEFORE - timedelta(hours=1),
        "horizon": AFTER,
        "expected": (BEFORE, FIRST_PASS, AFTER),
        "is_dst": True,
        "is_never": False,
    }
    return Case(**{**given, **changes})


@pytest.mark.parametrize(
    ("fires", "verdict"),
    [
        ([BEFORE, FIRST_PASS, AFTER], Verdict.RIGHT),
        ([BEFORE, FIRST_PASS, AFTER, AFTER + timedelta(days=1)], Verdict.RIGHT),  # later ones were not asked for
        ([BEFORE, AFTER], Verdict.MISSED),
        ([], Verdict.MISSED),
        ([BEFORE, FIRST_PASS, SECOND_PASS, AFTER], Verdict.DOUBLED),
        ([BEFORE, BEFORE, FIRST_PASS, AFTER], Verdict.DOUBLED),
        ([BEFORE, AFTER, FIRST_PASS], Verdict.DOUBLED),
        ([BEFORE, FIRST_PASS, ELSEWHERE, AFTER], Verdict.EXTRA),
        ([BEFORE, FIRST_PASS, SECOND_PASS, ELSEWHERE, AFTER], Verdict.EXTRA),
        ([BEFORE, SECOND_PASS, AFTER], Verdict.WRONG_TIME),
        ([BEFORE, ELSEWHERE, AFTER], Verdict.WRONG_TIME),
    ],
)
def test_an_answer_has_one_verdict(fires, verdict):
    assert judge(case(), Answer(fires=tuple(fires))) is verdict


def test_an_answer_by_another_rule_is_neither_right_nor_wrong():
    twice = (BEFORE, FIRST_PASS, SECOND_PASS, AFTER)
    assert judge(case(), Answer(fires=twice), ((BEFORE,), twice)) is Verdict.OTHER_RULE
    assert judge(case(), Answer(fires=(BEFORE, AFTER)), (twice,)) is Verdict.MISSED
    assert judge(case(), Answer(fires=case().expected), (twice, case().expected)) is Verdict.RIGHT


def test_only_what_can_never_fire_may_be_refused():
    never = case("0 0 30 2 *", expected=(), is_never=True)
    assert judge(never, Answer(failure=Verdict.REFUSED)) is Verdict.RIGHT
    assert judge(never, Answer()) is Verdict.RIGHT
    assert judge(never, Answer(failure=Verdict.TIMED_OUT)) is Verdict.TIMED_OUT
    assert judge(never, Answer(fires=(BEFORE,))) is Verdict.EXTRA
    for failure in (Verdict.REFUSED, Verdict.CRASHED, Verdict.TIMED_OUT):
        assert judge(case(), Answer(failure=failure)) is failure


@pytest.mark.parametrize(
    ("expr", "features"),
    [
        ("30 2 * * *", ""),
        ("30 2 1 JAN MON-FRI", "day or weekday"),
        ("30 2 * * 1-5", "weekday numbers"),
        ("30 2 */2 * MON", "day and weekday"),
        ("30 2 1 * 1", "weekday numbers,day or weekday"),
        ("0 30 2 * * *", "seconds"),
        ("@daily", "macros"),
        ("30 2 L * ?", "L,?"),
        ("30 2 LW * *", "LW"),
        ("30 2 15W * *", "nW"),
        ("30 2 * * MON#1", "d#k"),
        ("30 2 * * 1#1", "d#k,weekday numbers"),
        ("30 2 * * FRIL", "FRIL"),
        ("30 2 * * 5L", "5L,weekday numbers"),
        ("30 2 ? * */2", "?"),
        ("30 2 1,15 * MON,JUL", "day or weekday"),
        ("30 2 1,L * *", "L,lists of these"),
        ("30 2 * * MON#1,FRIL", "d#k,FRIL,lists of these"),
        ("30 2 * * SUN-3,7", "weekday numbers,weekday 7"),
    ],
)
def test_what_a_peer_must_know_is_read_off_the_expression(expr, features):
    assert case(expr, "UTC", is_dst=False).features == set(filter(None, features.split(",")))
    assert case(expr).features >= {"zones"}


def test_all_cases_of_crons_policy_are_asked_and_all_of_tickwright():
    cases = list(read_cases())
    assert len(cases) == 828
    assert len({case.id for case in cases}) == 828
    assert {feature for case in cases for feature in case.features} == EVERYTHING
    assert PEERS[0].claims == EVERYTHING
    assert all(peer.claims <= EVERYTHING for peer in PEERS)
    assert {peer.adapter for peer in PEERS} == {path.name for path in ADAPTERS.glob("ask_*.py")}


def test_tickwrights_own_adapter_answers():
    asked = Asked(sys.executable, ADAPTERS / PEERS[0].adapter)
    try:
        assert judge(case(), asked.ask(case())) is Verdict.RIGHT
        assert asked.ask(case("0 0 30 2 *")).failure is Verdict.REFUSED
    finally:
        asked.stop()


MADE_UP = """
import sys, os, time
sys.path.insert(0, {adapters!r})
from datetime import timedelta
from answering import answer

def fires(expr, zone, start):
    print("a library that talks")
    if expr == "refused":
        raise ValueError(expr)
    if expr == "odd":
        raise KeyError(expr)
    yield start + timedelta(hours=1)
    if expr == "dies":
        os._exit(3)
    if expr == "hangs":
        time.sleep(600)
    if expr == "breaks":
        raise ValueError(expr)
    while True:
        yield start + timedelta(hours=2)

answer(fires)
"""


def test_whatever_a_peer_does_is_an_answer_and_the_next_case_is_asked_all_the_same(tmp_path):
    adapter = tmp_path / "ask_made_up.py"
    adapter.write_text(MADE_UP.format(adapters=str(ADAPTERS)))
    asked = Asked(sys.executable, adapter, seconds=1.0)
    try:
        for expr, failure in [
            ("refused", Verdict.REFUSED),
            ("odd", Verdict.CRASHED),
            ("dies", Verdict.CRASHED),
            ("hangs", Verdict.TIMED_OUT),
            ("breaks", Verdict.CRASHED),
        ]:
            assert asked.ask(case(expr)).failure is failure
            answer = asked.ask(case("fine"))
            assert answer.fires == (BEFORE, *[BEFORE + timedelta(hours=1)] * 39)
    finally:
        asked.stop()
        asked.stop()


def test_an_adapter_that_does_not_start_is_said(tmp_path):
    adapter = tmp_path / "ask_nothing.py"
    adapter.write_text("")
    asked = Asked(sys.executable, adapter)
    with pytest.raises(RuntimeError, match="did not start"):
        asked.ask(case())


def test_the_table_counts_what_is_claimed_and_what_is_not():
    tally = Tally("peer", "1.0")
    for number, (verdict, is_claimed) in enumerate(
        [
            (Verdict.RIGHT, True),
            (Verdict.MISSED, True),
            (Verdict.MISSED, True),
            (Verdict.OTHER_RULE, True),
            (Verdict.REFUSED, False),
            (Verdict.EXTRA, False),
            (Verdict.RIGHT, False),
        ]
    ):
        tally.add(number, verdict, is_claimed)
    head, line, row = as_markdown([tally]).splitlines()
    assert head.count("|") == line.count("|") == row.count("|")
    assert row == "| peer 1.0 | 4 | 1 | 1 | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 3 (1) |"
    assert as_json([tally]) == [
        {
            "name": "peer",
            "version": "1.0",
            "claimed": {"right": 1, "missed": 2, "by another rule": 1},
            "not claimed": {"refused": 1, "extra": 1, "right": 1},
            "examples": {"missed": [1, 2], "by another rule": [3]},
        }
    ]


def test_malformed_texts_are_refused_by_tickwright_and_told_apart_from_what_never_fires():
    texts = malformed_texts()
    assert len(texts) > 50
    asked = Asked(sys.executable, ADAPTERS / "ask_tickwright.py")
    try:
        assert {what_came(asked.ask(text)) for text in texts} == {"refused"}
    finally:
        asked.stop()
    assert what_came(Answer()) == "never fires"
    assert what_came(Answer(fires=(texts[0].start,))) == "taken"
    assert malformed_markdown({"a peer": Counter(taken=2)}).splitlines()[-1] == "| a peer | 0 | 0 | 2 | 0 | 0 |"
