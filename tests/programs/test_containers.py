"""PID 1 of a container: SIGTERM, orphans, and two containers that differ in nothing, on one SQLite file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.programs.books import audit, history, lines_of
from tests.programs.running import PROJECT, PYTHON, Program, soon

pytestmark = pytest.mark.timeout(180)

HALF = timedelta(seconds=0.5)
AS_ROOT = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
AS_USER = ("unshare", "--user", "--map-root-user", *AS_ROOT[1:])


@cache
def container() -> tuple[str, ...]:
    """Return the command that runs a program as PID 1, with processes of its own, as in a container."""
    for command in (AS_ROOT, AS_USER):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    if os.environ.get("CI"):
        pytest.fail("CI has to have unshare of util-linux, and the right to make pid namespaces")
    pytest.skip("this user may make no pid namespaces")


@pytest.fixture
def contain(launch):
    """Return a function that starts container.py as PID 1 of a namespace of its own."""

    def contain(how: str) -> Program:
        program: Program = launch(*container(), *PYTHON, "container.py", how)
        program.wait_for_word("up")
        return program

    return contain


def first_process(program: Program) -> int:
    """Return the pid that PID 1 of the container has outside of it."""
    outer = program.process.pid
    assert soon(lambda: Path(f"/proc/{outer}/task/{outer}/children").read_text().split())
    return int(Path(f"/proc/{outer}/task/{outer}/children").read_text().split()[0])


def stop(program: Program) -> int:
    """Have the container stopped, as `docker stop` does."""
    os.kill(first_process(program), signal.SIGTERM)
    return program.end(None)


@pytest.mark.parametrize("how", ["blocking", "background"])
def test_pid_1_ends_well_when_the_container_is_stopped(contain, folder, how):
    program = contain(how)
    program.wait_for_lines(12)
    assert "1" in {str(line.pid) for line in lines_of(folder)}
    assert stop(program) == 0, program.said
    assert not [run for run in history(folder) if not run.is_settled], program.said
    books = audit(folder, period=HALF)
    assert not books.complaints, books.complaints
    assert "Traceback" not in program.said


def test_pid_1_without_a_handler_is_not_stopped_and_what_is_killed_is_found_lost(contain, launch, folder):
    program = contain("deaf")
    program.wait_for_lines(8)
    os.kill(first_process(program), signal.SIGTERM)
    program.wait_for_lines(8, more=True)  # the kernel has not delivered it
    os.kill(first_process(program), signal.SIGKILL)
    program.end(None)
    assert launch(*PYTHON, "settling.py").end(None) == 0
    books = audit(folder, period=HALF, lost=True)
    assert not books.complaints, books.complaints


def test_two_containers_that_differ_in_nothing_take_each_other_neither_for_dead_nor_for_themselves(contain, folder):
    one, other = contain("blocking"), contain("background")
    one.wait_until(lambda: len({run.owner for run in history(folder)}) == 2, "both at work")
    one.wait_for_lines(12, more=True)
    assert not [run for run in history(folder) if run.status == "lost"]
    os.kill(first_process(one), signal.SIGKILL)
    one.end(None)
    dead = {run.owner for run in history(folder) if not run.is_settled}
    other.wait_for_lines(12, more=True)
    # Within the lease of two seconds, which nothing but time can tell: the dead one's pid is in use in every container.
    other.wait_until(
        lambda: len({run.owner for run in history(folder) if not run.is_settled}) <= 1, "the dead one's runs, settled"
    )
    assert dead
    assert stop(other) == 0, other.said
    books = audit(folder, period=HALF, lost=True)
    assert not books.complaints, books.complaints


def test_a_process_whose_proc_is_of_another_namespace_claims_to_know_nobody():
    command = [part for part in container() if part != "--mount-proc"]
    who = "from tickwright.schedulers.process import this_owner; o = this_owner(); print(o.pid, repr(o.process))"
    said = subprocess.run([*command, *PYTHON, "-c", who], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert said.stdout == "1 ''\n"
