"""Whole programs with a process pool: how they start, exit, are interrupted and killed, and what they leave."""

import os
import signal
import subprocess
import sys

import pytest

from tests.executors.processes import is_alive, wait_for_death, wait_until
from tests.executors.programs import HEAD, finished, read_pids

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def test_functions_of_the_main_module_are_found(program):
    process = program("""
        stage = new_stage()
        print(stage.report(hello).result)
        stage.close()
    """)
    assert finished(process) == "hello from __mp_main__\n"


def test_a_program_without_the_main_guard_is_told_about_it_and_ends(program):
    process = program(
        """
        stage = new_stage()
        report = stage.report(hello)
        print(report.status, report.reason)
        stage.close()
        """,
        guard=False,
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.startswith("failed a worker process ended with exit code 1")
    assert out.count("if __name__ == '__main__':") == 1
    assert "a worker process is starting and imports the main module" in err


def test_a_program_that_just_ends_takes_its_workers_along(program):
    process = program("busy_and_idle_stage()")
    _, idle, busy = read_pids(process)
    finished(process)
    wait_for_death(idle)
    wait_for_death(busy)


def test_a_program_that_just_ends_does_not_wait_for_threads(program):
    process = program("""
        stage = stage_of(ThreadPoolExecutor(2))
        stage.occupy(1)
        print("ends")
    """)
    assert finished(process) == "ends\n"


def test_the_workers_of_a_program_that_is_killed_do_not_stay(program):
    process = program("""
        stage = busy_and_idle_stage()
        signal.pause()
    """)
    pids = read_pids(process)
    process.kill()
    for pid in pids:
        wait_for_death(pid)


def test_the_workers_of_a_killed_program_end_though_a_fork_of_it_lives_on(program):
    process = program("""
        stage = busy_and_idle_stage()
        if (pid := os.fork()) == 0:
            threading.Event().wait(60)
            os._exit(0)
        print(pid, flush=True)
        signal.pause()
    """)
    parent, *workers = read_pids(process)
    [fork] = read_pids(process)
    os.kill(parent, signal.SIGKILL)
    try:
        for pid in workers:
            wait_for_death(pid)
        assert is_alive(fork)
    finally:
        os.kill(fork, signal.SIGKILL)


def test_a_fork_that_exits_leaves_the_workers_alone(program):
    process = program("""
        stage = new_stage(1)
        before = stage.report(deeds.tell_pid).result
        if (pid := os.fork()) == 0:
            sys.exit()
        os.waitpid(pid, 0)
        print(stage.report(deeds.tell_pid).result == before)
        stage.close()
    """)
    assert finished(process) == "True\n"


def test_ctrl_c_reaches_the_program_and_not_its_workers(program, tmp_path):
    process = program("""
        stage = new_stage(1)
        stage.submit(deeds.stay, str(folder / "busy"), str(folder / "go on"))
        try:
            wait_until((folder / "busy").exists)
            print(os.getpid(), flush=True)
            signal.pause()
        except KeyboardInterrupt:
            (folder / "go on").touch()
            print(stage.inbox.report_of("run-1").result)
        stage.close()
    """)
    [pid] = read_pids(process)
    os.killpg(pid, signal.SIGINT)
    assert finished(process) == "stayed\n"


# Not with the fork server: its processes come from a server that others use too, whose signals are not ours to
# block. Between its fork and the worker's own handler, Ctrl-C ends such a process; its run is then reported so.
@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_a_worker_does_not_see_ctrl_c_while_it_starts(program):
    process = program("""
        signal.signal(signal.SIGINT, lambda *_: None)
        stage = new_stage(1)
        run = stage.submit(hello)
        while not stage.inbox.reports():
            os.killpg(0, signal.SIGINT)
        print(stage.inbox.report_of(run).result)
        stage.close()
    """)
    assert finished(process) == "hello from __mp_main__\n"


@pytest.mark.parametrize(
    "others",
    [
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        "signal.signal(signal.SIGCHLD, lambda *_: os.waitpid(-1, os.WNOHANG))",
    ],
    ids=["ignores", "fetches"],
)
def test_a_program_that_looks_after_all_child_processes_itself_leaves_the_pool_to_work(program, start_method, others):
    process = program(f"""
        {others}
        stage = new_stage(1)
        for _ in range(2):
            print(stage.report(deeds.exit_hard, 3).reason, flush=True)
            print(stage.report(hello).result, flush=True)
        stage.close()
    """)
    lost_first, served, lost_again, served_again = finished(process).splitlines()
    assert served == served_again == "hello from __mp_main__"
    known = "its worker process ended with exit code 3"
    unknown = "its worker process ended in an unknown way: something else in this program fetched its exit code"
    for lost in lost_first, lost_again:
        # Python runs a handler in its main thread and a moment later, so that the pool may be there first.
        assert known in lost or (start_method == "spawn" and unknown in lost)


def test_an_answer_that_does_not_fit_into_memory_is_lost_and_the_pool_serves_on(program):
    process = program("""
        import resource

        stage = new_stage(1)
        stage.report(hello)
        before = resource.getrlimit(resource.RLIMIT_AS)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000, before[1]))
        report = stage.report(deeds.give_back_bytes, 300_000_000)
        print(report.status, report.reason)
        print(stage.report(deeds.tell_pid).status)
        stage.close()
    """)
    lost, served = finished(process).splitlines()
    assert lost.startswith("lost ")
    assert "sent what cannot be read as an answer, and was killed: MemoryError" in lost
    assert served == "succeeded"


def test_a_program_run_as_a_module_finds_its_functions(tmp_path, start_method):
    package = tmp_path / "some_package"
    package.mkdir()
    (package / "__init__.py").touch()
    body = """
if __name__ == '__main__':
    stage = new_stage()
    from tickwright.testing.suites.execution.stage import job_of
    print(job_of(hello).reference, stage.report(hello).result)
    stage.close()
"""
    (package / "program.py").write_text(HEAD + body)
    done = subprocess.run(
        [sys.executable, "-m", "some_package.program", start_method],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "some_package.program:hello hello from __mp_main__\n", done.stderr


def test_importing_the_pools_does_not_load_what_is_only_needed_later():
    program = """
import sys, tickwright.executors.pool
print(sorted({"asyncio", "concurrent", "multiprocessing", "traceback", "logging"} & set(sys.modules)))
"""
    # Without the measuring of coverage, which loads some of these itself.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "[]\n"


def test_waiting_is_bounded():
    with pytest.raises(AssertionError, match="not within"):
        wait_until(lambda: False, seconds=0.01)
