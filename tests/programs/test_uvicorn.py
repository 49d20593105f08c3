"""uvicorn: four workers on one SQLite file run each fire time once, and a reload loses and doubles nothing."""

from __future__ import annotations

import os
import signal

import pytest

from tests.programs.books import audit, lines_of
from tests.programs.running import PYTHON, Program, free_port

pytestmark = pytest.mark.timeout(180)

WORKERS = 4


@pytest.fixture
def uvicorn(launch):
    """Return a function that starts uvicorn."""

    def uvicorn(*options: str) -> Program:
        port = free_port()
        program: Program = launch(*PYTHON, "-m", "uvicorn", "asgi:app", "--port", str(port), *options, port=port)
        program.wait_until(lambda: program.get("/health")[0], "an answer")
        return program

    return uvicorn


def test_four_workers_run_each_fire_time_once(uvicorn, folder):
    program = uvicorn("--workers", str(WORKERS))
    answers = program.answers_of("/health", WORKERS)
    assert {answer["state"] for answer in answers.values()} == {"running"}
    program.wait_for_lines(6)

    assert program.get("/add?id=asked")[0] == 200
    program.wait_until(lambda: "asked" in (folder / "lines.txt").read_text(), "the job that one worker added")

    victim = next(iter(answers))
    os.kill(victim, signal.SIGKILL)  # uvicorn starts another one
    program.wait_until(lambda: set(program.answers_of("/health", WORKERS)) - set(answers), "another worker")
    program.wait_for_lines(3, more=True)

    assert program.end(signal.SIGTERM) in (0, -signal.SIGTERM), program.said
    books = audit(folder, lost=True)
    assert not books.complaints, books.complaints
    assert books.fire_times >= 9
    assert "Traceback" not in program.said, program.said


def test_a_reload_loses_nothing_and_runs_nothing_twice(uvicorn, folder):
    program = uvicorn("--reload")
    program.wait_for_lines(4)
    wanted = set()
    for number in range(3):
        # What is due while it reloads is run by the one that comes up.
        for tenths in range(1, 10):
            wanted.add(job_id := f"due-{number}-{tenths}")
            assert program.get(f"/add?id={job_id}&in={tenths / 10}")[0] == 200
        (folder / "asgi.py").write_text((folder / "asgi.py").read_text() + f"\n# edited {number}\n")
        program.wait_for_word("Application startup complete", number + 2)
        program.wait_for_lines(3, more=True)
    program.wait_until(lambda: wanted <= {line.job_id for line in lines_of(folder)}, "all that was due")
    assert program.end(signal.SIGINT) in (0, -signal.SIGINT), program.said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert len(books.pids) > 1
    assert wanted == {line.job_id for line in lines_of(folder)} - {"mail", "tidy", "report"}
    assert "Traceback" not in program.said, program.said
