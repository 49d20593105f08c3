"""Programs that are told to stop at the worst moment: in the middle of a call, or while a worker process is busy."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tickwright import BackgroundScheduler, SQLiteJobStore
from tickwright.run import RunStatus

HERE = Path(__file__).resolve()

STOPPED_WHILE_IT_ADDS = """
import signal
from tickwright import BackgroundScheduler, SQLiteJobStore, TickwrightError

if __name__ == "__main__":
    scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
    scheduler.start()
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown())
    print("ready", flush=True)
    try:
        while scheduler.running:
            scheduler.add_job("builtins:len", "interval", hours=1, args=[()])
    except TickwrightError:
        pass  # its job store was closed meanwhile
"""

ENDS_WHILE_A_WORKER_IS_BUSY = """
from time import sleep
from tickwright import BackgroundScheduler, ProcessPoolExecutor, SQLiteJobStore

def work():
    sleep(2)
    return "done"

if __name__ == "__main__":
    scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
    scheduler.start()
    scheduler.add_executor(ProcessPoolExecutor(max_workers=1), "processes")
    scheduler.add_job(work, executor="processes", id="work")
    while all(run.status == "scheduled" for run in scheduler.get_runs("work")):
        pass
"""


@pytest.mark.parametrize("attempt", range(5))
def test_a_signal_handler_may_shut_the_scheduler_down_in_the_middle_of_add_job(attempt, tmp_path):
    (tmp_path / "program.py").write_text(STOPPED_WHILE_IT_ADDS)
    program = subprocess.Popen([sys.executable, "program.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    try:
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=30) == 0
    finally:
        program.kill()
        program.stdout.close()
        program.wait()


def test_a_program_that_ends_waits_for_its_worker_processes_and_records_what_they_did(tmp_path):
    (tmp_path / "program.py").write_text(ENDS_WHILE_A_WORKER_IS_BUSY)
    subprocess.run([sys.executable, "program.py"], cwd=tmp_path, check=True, timeout=60)
    with BackgroundScheduler(jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite")}) as scheduler:
        (run,) = scheduler.get_runs("work")
    assert (run.status, run.result, run.reason) == (RunStatus.SUCCEEDED, "done", None)
