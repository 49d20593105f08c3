"""gunicorn: four workers on one SQLite file run each fire time once, however the scheduler is started."""

from __future__ import annotations

import os
import signal

import pytest

from tests.programs.books import audit, history
from tests.programs.running import PYTHON, Program, free_port

pytestmark = pytest.mark.timeout(180)

WORKERS = 4


@pytest.fixture
def gunicorn(launch, folder):
    """Return a function that starts gunicorn with four workers."""

    def gunicorn(app: str, *options: str) -> Program:
        if app != "web:app":
            (folder / "gunicorn.conf.py").unlink()  # which is for that one, and which gunicorn reads by itself
        port = free_port()
        command = (*PYTHON, "-m", "gunicorn", app, "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}", *options)
        program: Program = launch(*command, port=port)
        program.wait_until(lambda: program.get("/")[0], "an answer")
        return program

    return gunicorn


@pytest.mark.parametrize("preload", [(), ("--preload",)], ids=["without", "with preload"])
def test_a_scheduler_that_each_worker_starts_runs_each_fire_time_once(gunicorn, folder, preload):
    program = gunicorn("web:app", *preload)
    answers = program.answers_of("/health", WORKERS)
    assert {answer["state"] for answer in answers.values()} == {"running"}
    program.wait_for_lines(6)

    status, answer = program.get("/add?id=asked")
    assert (status, answer["problems"]) == (200, [])
    program.wait_until(lambda: "asked" in (folder / "lines.txt").read_text(), "the job that one worker added")

    victim = next(iter(answers))
    os.kill(victim, signal.SIGKILL)
    program.answers_of("/health", WORKERS)  # gunicorn has forked another one
    program.wait_for_lines(3, more=True)

    program.send(signal.SIGHUP)
    program.wait_for_word("Booting worker", 2 * WORKERS + 1)
    program.wait_for_lines(3, more=True)

    assert program.end(signal.SIGTERM) == 0, program.said
    books = audit(folder, lost=True)
    assert not books.complaints, books.complaints
    assert books.fire_times >= 12
    assert len(books.pids) > 1
    assert all(run.owner for run in history(folder) if run.status == "lost")
    assert "Traceback" not in program.said, program.said


def test_a_scheduler_that_is_started_at_import_runs_in_every_worker(gunicorn, folder):
    program = gunicorn("started_at_import:app")
    answers = program.answers_of("/", WORKERS)
    assert {(answer["running"], answer["state"]) for answer in answers.values()} == {(True, "running")}
    program.wait_for_lines(9)
    assert program.end(signal.SIGTERM) == 0, program.said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert books.statuses["succeeded"] >= 9


def test_a_scheduler_that_is_started_before_the_fork_stays_in_the_master_and_the_workers_are_told(gunicorn, folder):
    program = gunicorn("started_at_import:app", "--preload")
    answers = program.answers_of("/", WORKERS)
    assert program.process.pid not in answers
    for pid, answer in answers.items():
        assert not answer["running"]
        assert f"runs in process {program.process.pid}, and this is process {pid}, a fork of it" in answer["state"]
    program.wait_for_lines(6)
    os.kill(next(iter(answers)), signal.SIGKILL)  # the master forks again, with threads at work
    program.wait_for_word("Booting worker", WORKERS + 1)
    program.wait_for_lines(3, more=True)
    assert program.end(signal.SIGTERM) == 0, program.said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert books.pids == {program.process.pid}
    assert "Traceback" not in program.said, program.said


@pytest.mark.parametrize("preload", [(), ("--preload",)], ids=["without", "with preload"])
def test_a_scheduler_that_the_first_request_starts_runs_in_the_workers_that_were_asked(gunicorn, folder, preload):
    program = gunicorn("lazy:app", *preload)
    answers = program.answers_of("/", WORKERS)
    program.wait_for_lines(6)
    # SIGINT is gunicorn's quick end: its workers leave in the middle of what they do.
    assert program.end(signal.SIGINT) == 0, program.said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert books.pids <= set(answers)
