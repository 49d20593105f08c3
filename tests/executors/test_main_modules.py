"""The main module of a program, which each worker process imports, where that cannot be done."""

import subprocess
import sys

import pytest

from tests.executors.programs import environment, finished

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems start processes otherwise")

SAY = "print(report.status, type(report.exception).__name__, report.reason)"


def test_a_main_module_that_is_gone_fails_the_run_which_says_so_and_serves_when_it_is_back(program):
    process = program(f"""
        stage = new_stage(1)
        main = Path(__file__)
        main.rename(folder / "hidden.py")
        report = stage.report(deeds.nothing)
        {SAY}
        (folder / "hidden.py").rename(main)
        print(stage.report(deeds.nothing).status)
        stage.close()
    """)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    first, second = out.splitlines()
    assert first.startswith("failed WorkerStartError a worker process ended with exit code 1 before it was ready")
    assert "imports the main module" in first
    assert "program.py', which is not there" in first
    assert second == "succeeded"
    assert "FileNotFoundError" in err


@pytest.mark.parametrize(
    ("does", "how"),
    [
        ("raise ValueError('not here')", "ended with exit code 1"),
        ("sys.exit()", "ended with exit code 0"),
        ("sys.exit(5)", "ended with exit code 5"),
        ("os._exit(6)", "ended with exit code 6"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL"),
    ],
)
def test_a_main_module_that_does_not_let_itself_be_imported_fails_each_run_and_says_how(
    program, start_method, does, how
):
    if start_method == "forkserver" and does.startswith("sys.exit"):
        how = "ended with exit code 1"  # so a fork server's children end, whatever the exception
    process = program(
        f"""
        if __name__ != "__main__":
            {does}
        else:
            stage = new_stage(2)
            for report in [stage.report(deeds.nothing) for _ in range(2)]:
                {SAY}
            stage.close()
        """,
        guard=False,
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    lines = out.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith(f"failed WorkerStartError a worker process {how}"), line
        assert "before it was ready" in line


def test_a_main_module_that_prints_and_leaves_threads_behind_is_none_of_the_pools_business(program):
    process = program(
        """
        print("imported as", __name__, flush=True)
        if __name__ != "__main__":
            threading.Thread(target=threading.Event().wait, args=(60,), daemon=True).start()
        else:
            stage = new_stage(1)
            print(stage.report(hello).result)
            stage.close()
        """,
        guard=False,
    )
    assert finished(process).splitlines() == [
        "imported as __main__",
        "imported as __mp_main__",
        "hello from __mp_main__",
    ]


FROM_STDIN = """
import sys, threading
from tests.executors import deeds
from tickwright import BackgroundScheduler, ProcessPoolExecutor
from tickwright.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED

def hello():
    return "hello"

told = threading.Semaphore(0)
with BackgroundScheduler(executors={"default": ProcessPoolExecutor(1)}) as scheduler:
    scheduler.add_listener(lambda event: told.release(), EVENT_JOB_ERROR | EVENT_JOB_EXECUTED)
    for func in (deeds.nothing, hello):
        scheduler.add_job(func)
        assert told.acquire(timeout=60)
        [run, *_] = scheduler.get_runs()
        print(run.status, run.reason)
"""


@pytest.mark.parametrize(
    ("arguments", "given", "modules_are_served"), [(["-"], FROM_STDIN, False), (["-c", FROM_STDIN], "", True)]
)
def test_a_program_without_a_file_is_told_what_a_pool_can_do_for_it(arguments, given, modules_are_served):
    done = subprocess.run(
        [sys.executable, *arguments], input=given, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    of_a_module, of_main = done.stdout.splitlines()
    if modules_are_served:
        assert of_a_module == "succeeded None"
    else:  # Python says that the program's file is '<stdin>', and multiprocessing takes its word for it
        assert of_a_module.startswith("failed a worker process ended with exit code 1 before it was ready")
        assert "'<stdin>', which is not there, so start the program from a file" in of_a_module
    assert of_main.startswith("failed its executor did not take it: InvalidJobError: ")
    assert "make it a function of a module" in of_main
