"""Signals at any instant: handlers that call the scheduler, raise or end the program, stack dumps, and timers."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta

import pytest

from tests.programs.books import audit
from tests.programs.running import PYTHON

ROUNDS = int(os.environ.get("TICKWRIGHT_PROGRAM_ROUNDS", "4"))
"""How often what is a matter of luck is tried; `TICKWRIGHT_PROGRAM_ROUNDS=100` for a long look."""

pytestmark = pytest.mark.timeout(180 + 10 * ROUNDS)

PAIRS = max(1, ROUNDS // 4)
"""How often what takes whole programs is tried, with two of them at a time."""


@pytest.mark.parametrize("what", ["add", "list", "pause", "listen", "raise"])
@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_a_handler_that_calls_the_scheduler_or_raises_never_stops_it(launch, store, what):
    program = launch(*PYTHON, "signalled.py", store, what, str(ROUNDS / 2 if what == "raise" else ROUNDS / 5))
    assert program.end(None, ROUNDS + 90) == 0, program.said
    assert "goes on True" in program.said, program.said
    assert "Traceback" not in program.said, program.said
    done = "raised" if what == "raise" else "done"
    assert f"'{done}'" in program.said, program.said


def test_a_handler_may_change_the_schedule_of_the_loop_that_it_breaks_in_on(launch, folder):
    program = launch(*PYTHON, "reloading.py", str(ROUNDS / 2))
    assert program.end(None, ROUNDS + 90) == 0, program.said
    assert "healthy True" in program.said, program.said
    assert "'done'" in program.said, program.said
    assert "Traceback" not in program.said, program.said
    # What `run_job` asked for and a refusal left half said is still on record, once, and run.
    books = audit(folder, period=None)
    assert not books.complaints, books.complaints


@pytest.mark.parametrize("how", ["blocking", "shutting_down", "exiting"])
def test_sigterm_at_any_instant_ends_a_program_with_its_books_in_order(launch, folder, how):
    for pair in range(1, PAIRS + 1):
        programs = [launch(*PYTHON, "stopped.py", how) for _ in range(2)]
        programs[0].wait_for_word("up", 2 * pair)
        programs[0].wait_for_lines(8, more=True)
        for program in programs:
            time.sleep(random.uniform(0.0, 0.5))  # the instant at which it is asked
            assert program.end(signal.SIGTERM) == 0, program.said
        assert "Traceback" not in programs[0].said, programs[0].said
    books = audit(folder)
    assert not books.complaints, books.complaints


def test_stack_dumps_timers_and_interrupted_calls_do_not_disturb_it(launch, folder):
    program = launch(*PYTHON, "watched.py")
    for _ in range(8):
        program.wait_for_lines(1, more=True)
        program.send(signal.SIGUSR1)
    assert program.end(signal.SIGTERM) == 0, program.said
    assert "ended well" in program.said
    assert "tickwright" in (folder / "dumps.txt").read_text()
    books = audit(folder, period=timedelta(seconds=0.5))
    assert not books.complaints, books.complaints
