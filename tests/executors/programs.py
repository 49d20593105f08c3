"""Programs with a process pool, as a user has them: written, started, and read by a test."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

# What each program starts with. It reports to a stage, as the tests of the executors do.
HEAD = """
import os, signal, sys, threading
from pathlib import Path
from tests.executors import deeds
from tests.executors.processes import wait_until
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor

folder = Path(__file__).parent
method = sys.argv[1]

def hello():
    return "hello from " + __name__

def stage_of(pool):
    # Imported here, because each worker imports this module, and would pay for the suite and pytest.
    from tickwright.testing.suites.execution.stage import Stage

    return Stage(pool, folder)

def new_stage(workers=2):
    return stage_of(ProcessPoolExecutor(workers, start_method=method))

def busy_and_idle_stage():
    stage = new_stage()
    [gate] = stage.occupy(1)
    idle = stage.report(deeds.tell_pid).result
    stage.submit(deeds.stay, str(folder / "busy"))
    wait_until((folder / "busy").exists)
    gate.open()
    stage.inbox.report_of(gate.run_id)
    print(os.getpid(), idle, (folder / "busy").read_text(), flush=True)
    return stage
"""


def start(folder: Path, body: str, start_method: str, *, guard: bool = True, **options: Any) -> subprocess.Popen[str]:
    """Start a program, and return it."""
    body = textwrap.dedent(body)
    if guard:
        body = "if __name__ == '__main__':\n" + textwrap.indent(body, "    ")
    (folder / "program.py").write_text(HEAD + body)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    return subprocess.Popen(
        [sys.executable, str(folder / "program.py"), start_method],
        env=environment(),
        start_new_session=True,
        **streams,
    )


def environment() -> dict[str, str]:
    """Return the environment of a program that finds what this one finds, and keeps what it prints as programs do."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return own | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def read_pids(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return [int(word) for word in line.split()]


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out
