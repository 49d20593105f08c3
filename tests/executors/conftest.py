"""What the tests of executors share: worker processes that do not start by importing pytest."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest

from tests.executors import programs
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.testing.suites.execution.stage import Stage


@pytest.fixture(scope="package", autouse=True)
def a_main_module_of_their_own() -> Iterator[None]:
    """Have worker processes import nothing for a main module, instead of the one of this program, which is pytest's.

    That would be most of what starting one costs. That they import the main module is tested in
    test_programs.py, with programs of its own.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "__main__", ModuleType("__main__"))
        yield


@pytest.fixture(params=["spawn", "forkserver"])
def start_method(request: pytest.FixtureRequest) -> Literal["spawn", "forkserver"]:
    """Each way in which a process pool starts processes."""
    method: Literal["spawn", "forkserver"] = request.param
    return method


@pytest.fixture
def lone_stage(start_method: Literal["spawn", "forkserver"], tmp_path: Path) -> Iterator[Stage]:
    """A stage with one worker, so that each run meets the process of the one before."""
    stage = Stage(ProcessPoolExecutor(1, start_method=start_method), tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def program(tmp_path: Path, start_method: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program; it is ended when the test is over, however that came."""
    started: list[subprocess.Popen[str]] = []

    def start(body: str, **options: Any) -> subprocess.Popen[str]:
        started.append(programs.start(tmp_path, body, start_method, **options))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
