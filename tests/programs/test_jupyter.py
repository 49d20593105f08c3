"""Jupyter: a scheduler in the cells of a notebook, whose kernel is interrupted and restarted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs.books import audit, history, lines_of
from tests.programs.running import LONG, soon

pytestmark = [pytest.mark.timeout(180), pytest.mark.filterwarnings("default")]  # what Jupyter warns of is its own

SCHEDULER = """
import chores
from tickwright import BackgroundScheduler, ProcessPoolExecutor, SQLiteJobStore, ThreadPoolExecutor

if "scheduler" not in globals():  # a cell that is run again goes on with the scheduler that there is
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLiteJobStore("jobs.sqlite"), "notebook": "memory"},
        executors={"default": ThreadPoolExecutor(4), "processes": ProcessPoolExecutor(1)},
    )
    scheduler.start()
scheduler.add_job(chores.leave_line, "cron", second="*", id="tick", replace_existing=True)
scheduler.add_job(chores.leave_line, "cron", second="*", id="far", executor="processes", replace_existing=True)
"""


class Notebook:
    """A kernel, and a client that runs cells in it, as a notebook does."""

    def __init__(self, folder: Path) -> None:
        from jupyter_client.manager import start_new_kernel

        self.kernel, self.client = start_new_kernel(
            LONG, cwd=str(folder), extra_arguments=["--InteractiveShell.colors=nocolor"]
        )

    def run(self, cell: str) -> str:
        """Return what a cell prints, or the error that it ends with."""
        return self.answer_to(self.client.execute(cell))

    def answer_to(self, message_id: str) -> str:
        """Return what that cell prints, or the error that it ends with."""
        said: list[str] = []
        while True:
            message: dict[str, Any] = self.client.get_iopub_msg(timeout=LONG)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    said.append(content["text"])
                case "error":
                    said.append(f"{content['ename']}: {content['evalue']}")
                case "status" if content["execution_state"] == "idle":
                    return "".join(said)


@pytest.fixture
def notebook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(folder / name.lower()))
    for name in list(os.environ):
        if name.startswith("COVERAGE"):
            monkeypatch.delenv(name)
    one = Notebook(folder)
    yield one
    one.client.stop_channels()
    one.kernel.shutdown_kernel(now=True)


def has_ticked(folder: Path, job_id: str, times: int) -> bool:
    def of_job() -> int:
        return sum(line.job_id == job_id for line in lines_of(folder))

    wanted = of_job() + times
    return soon(lambda: of_job() >= wanted)


def test_a_scheduler_lives_in_a_notebook_through_interrupts_and_restarts(notebook, folder):
    assert notebook.run(SCHEDULER) == ""
    assert has_ticked(folder, "tick", 1)
    assert has_ticked(folder, "far", 1)

    # A function of a cell runs where jobs are kept in memory, and is refused where they outlive the notebook.
    cell = "def greet():\n    greeted.set()\nimport threading; greeted = threading.Event()\n"
    cell += "scheduler.add_job(greet, jobstore='notebook', id='greeting'); print(greeted.wait(30))"
    assert notebook.run(cell) == "True\n"
    refusal = notebook.run("scheduler.add_job(greet, id='greeting')")
    assert refusal.startswith("InvalidJobError: job 'greeting' cannot be stored"), refusal
    assert "was typed at a prompt or in a notebook, and is gone when that closes; put it into a file" in refusal

    # Run again, the cell changes nothing.
    before = notebook.run("print(scheduler.get_job('tick').next_run_time is not None, len(scheduler.get_jobs()))")
    assert notebook.run(SCHEDULER) == ""
    assert (
        notebook.run("print(scheduler.get_job('tick').next_run_time is not None, len(scheduler.get_jobs()))") == before
    )

    # The button with the square: the cell ends, and the scheduler does not.
    message = notebook.client.execute("import time; print('busy', flush=True); time.sleep(100)")
    assert has_ticked(folder, "tick", 1)
    notebook.kernel.interrupt_kernel()
    assert notebook.answer_to(message).endswith("KeyboardInterrupt: ")
    assert has_ticked(folder, "tick", 1)
    assert has_ticked(folder, "far", 1)
    assert notebook.run("print(scheduler.health().problems)") == "()\n"

    # A restart kills the kernel in the middle of a run, which the next one finds lost.
    notebook.run("scheduler.add_job(chores.leave_line, args=[100], id='long')")
    assert soon(lambda: any(line.job_id == "long" for line in lines_of(folder)))
    killed = {line.pid for line in lines_of(folder)}
    notebook.kernel.restart_kernel(now=True)
    notebook.client.wait_for_ready(timeout=LONG)
    assert "Error" not in notebook.run(SCHEDULER)
    assert has_ticked(folder, "tick", 1)
    assert soon(lambda: any((run.job_id, run.status) == ("long", "lost") for run in history(folder)))
    alive = {pid for pid in killed if Path(f"/proc/{pid}/cmdline").exists() and sys.executable in _command_of(pid)}
    assert not alive

    # And the end of the kernel is the end of a program: what runs is waited for. But not in worker processes, because
    # ipykernel kills all children of the kernel first.
    assert "Error" not in notebook.run("scheduler.remove_job('far')")
    assert soon(lambda: all(run.is_settled for run in history(folder) if run.job_id == "far"))
    notebook.kernel.shutdown_kernel(now=False)
    books = audit(folder, lost=True)
    assert not books.complaints, books.complaints
    assert not [run for run in history(folder) if not run.is_settled]


def _command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
