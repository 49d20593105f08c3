"""A program that is killed at any instant loses no job and no fire time, and runs nothing twice unasked.

`KILL_ROUNDS=50 pytest tests/durability -s` kills it fifty times; `KILL_SEED` repeats the choices of a run. The
numbers alone: `make kills ROUNDS=50`.
"""

from __future__ import annotations

import os
import random
import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.durability.judge import Line, judge
from tests.durability.kill import WORLDS, kill_and_restart
from tests.durability.plan import Planned, every, fifty_jobs

ROUNDS = int(os.environ.get("KILL_ROUNDS", "6"))
SEED = int(os.environ.get("KILL_SEED", random.randrange(1_000_000)))


@pytest.mark.timeout(120 + ROUNDS * 30)
def test_a_program_killed_at_random_instants_loses_nothing_and_runs_nothing_twice(tmp_path):
    killing = kill_and_restart(tmp_path, ROUNDS, SEED)
    print(f"\n{ROUNDS} rounds, seed {SEED}\n{killing.table()}")
    assert killing.verdict.complaints == [], f"KILL_ROUNDS={ROUNDS} KILL_SEED={SEED} repeats it"
    assert sum(tally.jobs for tally in killing.verdict.tallies.values()) == 50 * min(ROUNDS, len(WORLDS))
    assert killing.verdict.tallies["cron"].fire_times > 0


def test_there_are_fifty_jobs_of_three_kinds_in_threads_and_processes():
    plan = fifty_jobs(datetime(2026, 1, 1, tzinfo=UTC))
    assert len({planned.id for planned in plan}) == 50
    assert {planned.kind for planned in plan} == {"cron", "interval", "one-shot"}
    assert {planned.executor for planned in plan} == {"default", "processes"}
    assert {planned.on_lost for planned in plan} == {"record", "rerun"}


# -- the judge sees what it is for -----------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_SECOND = every(1, "j")
AGAIN = every(1, "j", on_lost="rerun")
ONCE = Planned(
    id="j", kind="one-shot", trigger_args={"trigger": "date", "run_date": START.isoformat()}, period=None, seconds=0.0
)


ME = 7


def at(second: int) -> str:
    return (START + timedelta(seconds=second)).isoformat()


def run(second: int, status: str = "succeeded", attempt: int = 1, coalesced: int = 1, name: str = "") -> dict[str, Any]:
    return {
        "id": name or f"run-{second}-{attempt}",
        "job": "j",
        "fire_time": at(second),
        "attempt": attempt,
        "status": status,
        "coalesced": coalesced,
        "reason": None,
        "owner": "me",
    }


def line(second: int, attempt: int = 1) -> Line:
    return Line("j", at(second), attempt, f"run-{second}-{attempt}", process=ME, parent=1, began=second)


GOOD: dict[str, Any] = {
    "now": at(5),
    "unreadable": [],
    "jobs": {"j": at(6)},
    "runs": [run(1), run(2, "lost"), run(4, coalesced=2), run(5, "skipped")],
}
GOOD_LINES = [line(1), line(2), line(4)]


def complaints(picture: dict[str, Any], lines: list[Line], planned: Planned = EVERY_SECOND) -> str:
    return "\n".join(judge([planned], picture, lines, {"me": ME}, at_the_end=True).complaints)


def test_the_judge_has_no_complaint_where_all_is_well():
    verdict = judge([EVERY_SECOND], GOOD, GOOD_LINES, {"me": ME}, at_the_end=True)
    assert verdict.complaints == []
    tally = verdict.tallies["interval"]
    assert (tally.fire_times, tally.runs, tally.folded, tally.lost, tally.passed_over) == (5, 3, 1, 1, 1)


@pytest.mark.parametrize(
    ("break_it", "complaint"),
    [
        (lambda picture, lines: picture["runs"].pop(1), "after .* the next fire time on record"),
        (lambda picture, lines: picture["runs"].pop(), "the last fire time on record"),
        (lambda picture, lines: picture["jobs"].clear(), "gone"),
        (lambda picture, lines: picture["unreadable"].append("j"), "cannot be loaded"),
        (lambda picture, lines: picture["runs"].append(run(4, name="other")), "attempts \\[1, 1\\]"),
        (lambda picture, lines: picture["runs"].append(run(2, attempt=2)), "nobody asked"),
        (lambda picture, lines: picture["runs"].__setitem__(0, run(1, "running")), "nobody settled"),
        (lambda picture, lines: picture["runs"].__setitem__(0, run(1, "failed")), "ended as failed"),
        (lambda picture, lines: picture["runs"].__setitem__(3, run(5, coalesced=2)), "the next fire time on record"),
        (lambda picture, lines: lines.append(lines[0]), "really run 2 times"),
        (lambda picture, lines: lines.append(line(3)), "not on record"),
        (lambda picture, lines: lines.append(line(5)), "skipped, and was run"),
        (lambda picture, lines: lines.pop(0), "never run"),
        (lambda picture, lines: lines.append(replace(line(1), job="stranger")), "nobody planned"),
        (lambda picture, lines: lines.append(replace(lines.pop(0), process=8)), "taken by process 7, and run by 8"),
        (lambda picture, lines: picture.update(now=at(900)), "still"),
    ],
)
def test_the_judge_sees(break_it, complaint):
    picture, lines = deepcopy(GOOD), list(GOOD_LINES)
    break_it(picture, lines)
    assert re.search(complaint, told := complaints(picture, lines)), told


def test_the_judge_lets_a_run_fail_whose_worker_was_killed_before_it_could_call_anything():
    picture = deepcopy(GOOD)
    picture["runs"][0] = {**run(1, "failed"), "reason": "a worker process was killed by SIGKILL before it was ready"}
    assert complaints(picture, GOOD_LINES[1:]) == ""
    assert "is on record as failed, and was run" in complaints(picture, GOOD_LINES)


def test_the_judge_sees_a_lost_run_that_was_to_be_run_again():
    assert "was not run again" in complaints(deepcopy(GOOD), GOOD_LINES, AGAIN)


def test_the_judge_sees_a_one_shot_that_is_gone():
    picture = {**GOOD, "jobs": {}, "runs": []}
    assert "neither ahead nor on record" in complaints(picture, [], ONCE)
