"""Forks from everywhere, and multiprocessing in all its ways, beside a scheduler at work."""

from __future__ import annotations

import ast

import pytest

from tests.programs.books import audit
from tests.programs.running import PYTHON
from tests.programs.test_signals import ROUNDS

pytestmark = pytest.mark.timeout(180 + 10 * ROUNDS)


def test_forks_at_every_moment_disturb_neither_parent_nor_child(launch, folder):
    program = launch(*PYTHON, "forking.py", str(ROUNDS))
    assert program.end(None, ROUNDS * 2 + 90) == 0, program.said
    _, _, answers = program.said.rpartition("ended well ")
    found = ast.literal_eval(answers)
    assert {name: count for name, count in found.items() if not name.endswith(" 0")} == {}, program.said
    assert {name.removesuffix(" 0") for name in found} == {"main", "own", "thread", "job", "listener", "exit"}
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert "Traceback" not in program.said, program.said


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_a_program_may_use_multiprocessing_beside_a_scheduler(launch, folder, method):
    program = launch(*PYTHON, "pooling.py", method)
    assert program.end(None, 90) == 0, program.said
    assert program.said == "ended well\n"
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert books.statuses["succeeded"] >= 6


def test_a_scheduler_that_does_not_run_starts_in_a_fork_whatever_other_threads_did_with_it(launch):
    program = launch(*PYTHON, "restarted.py", str(ROUNDS * 10))
    assert program.end(None, ROUNDS * 10 + 90) == 0, program.said
    assert program.said.endswith("codes {0}\n"), program.said
