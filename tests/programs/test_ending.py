"""The end of a program while its scheduler is busy: no hang, no traceback, and all that ended on record."""

from __future__ import annotations

import pytest

from tests.programs.books import audit, history
from tests.programs.running import PYTHON
from tests.programs.test_signals import PAIRS, ROUNDS

pytestmark = pytest.mark.timeout(180 + 10 * ROUNDS)


HOW = {"end": 0, "exit": 3, "raise": 1, "thread": 0, "atexit": 0, "submitting": 0}


def test_programs_that_end_wait_for_their_runs_and_record_them(launch, folder):
    # It is a race between threads and the end of the interpreter, so there are many, also with each other.
    for _ in range(PAIRS):
        programs = [(how, launch(*PYTHON, "ending.py", how)) for how in HOW for _ in range(2)]
        for how, program in programs:
            assert program.end(None) == HOW[how], f"{how}: {program.said}"
    said = (folder / "said.txt").read_text()
    assert "Fatal" not in said, said
    assert said.count("Traceback") == said.count("ValueError: the end") == 2 * PAIRS, said
    assert said.count("after False this scheduler was shut down") == said.count("before last-") == 2 * PAIRS, said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert books.statuses["succeeded"] >= 4 * PAIRS * len(HOW)


def test_a_program_that_leaves_without_a_word_has_its_runs_found_lost(launch, folder):
    program = launch(*PYTHON, "ending.py", "os._exit")
    assert program.end(None) == 4, program.said
    assert "Traceback" not in program.said, program.said
    left = {run.id for run in history(folder) if not run.is_settled}
    assert left
    assert launch(*PYTHON, "settling.py").end(None) == 0
    assert {run.status for run in history(folder) if run.id in left} == {"lost"}
    books = audit(folder, lost=True)
    assert not books.complaints, books.complaints
