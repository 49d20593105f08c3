"""Signals, the end of the interpreter, and forks: what becomes of a scheduler, in programs of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.schedulers.programs import CALLS
from tests.schedulers.stage import SOON, in_time, soon
from tickwright import BlockingScheduler, Run
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.owner import Owner
from tickwright.schedulers import process
from tickwright.schedulers.process import is_dead, retire, this_owner
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(90)

PROJECT = Path(__file__).resolve().parents[2]


class Program:
    """One of programs.py, running."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.schedulers.programs", name, str(folder)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A group of its own, so that what it forked can be ended with it.
            start_new_session=True,
        )

    def wait_until_a_job_began(self) -> None:
        assert soon((self.folder / "began").exists, 30), "the job did not begin"

    def read_line(self) -> str:
        out = self.process.stdout
        assert out is not None
        return in_time(out.readline, 30).strip()

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it, and all that it forked."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self, seconds: float = 30) -> tuple[int, list[str], str]:
        """Return its exit code, its lines and what it complained of, once it has ended by itself."""
        try:
            out, complaints = self.process.communicate(timeout=seconds)
        finally:
            self.kill()
        return self.process.returncode, out.splitlines(), complaints


@pytest.fixture
def program(tmp_path):
    """Return a function that starts a program; what still runs at the end of the test is killed."""
    started: list[Program] = []

    def start(name: str) -> Program:
        started.append(Program(name, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.process.communicate()


def records(folder: Path) -> dict[str, Run]:
    """Return the runs on record in the program's store, by job."""
    with ManualScheduler(jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite")}) as scheduler:
        return {run.job_id: run for run in scheduler.get_runs()}


# -- signals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_runs_end_and_a_blocking_scheduler_return(program, tmp_path, number):
    one = program("run_until_signalled")
    one.wait_until_a_job_began()
    one.send(number)
    code, lines, _ = one.end()
    assert (code, lines) == (0, ["begun", "ended succeeded", "start returned", "handler True"])
    found = records(tmp_path)
    assert [(run.job_id, run.status, run.result) for run in found.values()] == [("slow", "succeeded", "slept")]


def test_a_second_ctrl_c_does_not_wait_for_a_job_that_hangs(program, tmp_path):
    one = program("hang_until_signalled")
    one.wait_until_a_job_began()
    assert [one.read_line(), one.read_line()] == ["begun", "begun"]
    one.send(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        one.process.wait(0.5)
    one.send(signal.SIGINT)
    code, lines, _ = one.end(15)
    assert (code, lines) == (0, ["cancelled", "start returned"])
    found = records(tmp_path)
    assert (found["waiting"].status, found["endless"].status) == ("cancelled", "lost")


def test_a_program_keeps_the_signal_handlers_of_its_own(program):
    one = program("keep_own_handler")
    assert one.read_line() == "up"
    one.send(signal.SIGINT)
    assert one.read_line() == "mine SIGINT"
    one.send(signal.SIGTERM)
    code, lines, _ = one.end()
    assert (code, lines) == (0, ["mine SIGTERM", "still mine True"])


def test_a_handler_that_raises_ends_the_scheduler_and_is_not_swallowed(program):
    one = program("raise_from_own_handler")
    one.wait_until_a_job_began()
    one.send(signal.SIGTERM)
    code, lines, _ = one.end()
    assert code == 3
    assert lines[-1] == "running False"


class Signalled(MemoryJobStore):
    """A signal comes while the scheduler asks its store, which it does much of the time."""

    def read_due(self, *args: Any, **options: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return super().read_due(*args, **options)


def test_a_handler_that_exits_ends_the_scheduler_whatever_it_interrupts():
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(3))
    try:
        scheduler = BlockingScheduler(jobstores={"default": Signalled()})
        with pytest.raises(SystemExit):
            scheduler.start()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not scheduler.running


# -- the end of the interpreter --------------------------------------------------------------------


def test_at_the_end_of_a_program_runs_are_waited_for_recorded_and_told(program, tmp_path):
    code, lines, complaints = program("end_while_running").end()
    assert (code, lines, complaints) == (0, ["end of main", "ended succeeded"], "")
    assert records(tmp_path)["slow"].result == "slept"


def test_a_scheduler_that_is_no_daemon_keeps_the_program_alive(program):
    code, lines, complaints = program("go_on_without_main").end()
    assert (code, lines) == (0, ["end of main", "ran after main"])
    assert "Traceback" not in complaints


# -- forks -----------------------------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="nobody forks on this system")


@needs_fork
def test_a_fork_is_told_that_nothing_runs_in_it_and_may_make_a_scheduler_of_its_own(program):
    code, lines, _ = program("fork_and_use").end(SOON * 2)
    harmless = {"wakeup passed"}
    assert code == 0
    assert lines[0] == "child sees running False"
    answers = lines[1 : len(CALLS) + 1]
    assert set(answers) - harmless == {f"{name} refused" for name in CALLS if name != "wakeup"}
    assert lines[len(CALLS) + 1 :] == ["own scheduler runs True", "child ended with 0", "parent goes on True"]


@needs_fork
def test_a_child_that_was_forked_in_the_block_of_a_scheduler_leaves_it_as_its_own_program_says(program, tmp_path):
    code, lines, complaints = program("fork_in_block").end(SOON * 2)
    assert (code, lines) == (0, ["child ended with 3", "child ended with 1", "parent left"])
    assert "ZeroDivisionError" in complaints
    assert records(tmp_path)["parents"].status == "succeeded"


@needs_fork
def test_a_scheduler_made_before_a_fork_may_be_started_after_it(program):
    code, lines, _ = program("fork_as_worker").end(SOON * 2)
    assert (code, lines) == (0, ["child runs it True", "child ended with 0"])


# -- who is dead -----------------------------------------------------------------------------------


def test_a_process_that_was_killed_is_known_to_be_dead_and_a_living_one_is_not():
    program = [sys.executable, "-c", "from tests.schedulers.programs import show_owner; show_owner()"]
    process = subprocess.Popen(program, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        host, pid, identity = process.stdout.readline().rstrip("\n").split("|")
        owner = Owner(id="other", host=host, pid=int(pid), process=identity)
        if not identity:
            pytest.skip("this system does not tell one process from another")
        assert not is_dead(owner)
    finally:
        process.kill()
        process.communicate()
    assert is_dead(owner)
    # The same pid, at another start: whoever has it now is somebody else.
    assert is_dead(replace(owner, pid=os.getpid()))
    # Of another machine, or another container, nothing is known.
    assert not is_dead(replace(owner, host="elsewhere"))
    assert not is_dead(replace(owner, process=f"another-boot{identity}"))
    assert not is_dead(replace(owner, process=""))


def test_an_owner_of_this_process_is_dead_once_its_loop_has_ended():
    owner = this_owner()
    assert not is_dead(owner)
    retire(owner)
    assert is_dead(owner) or not owner.process


def test_a_process_that_was_started_in_the_same_clock_tick_is_not_taken_for_this_one(monkeypatch):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        monkeypatch.setattr(process, "_start_of", lambda pid: 12345)
        tick = this_owner()
        retire(tick)
        assert is_dead(tick)
        assert not is_dead(replace(tick, id="twin", pid=other.pid))
    finally:
        other.communicate(b"\n")
