"""The example service as people meet it: killed in mid-run, started again, ended with Ctrl-C, seen on a terminal."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from tickwright import BackgroundScheduler
from tickwright.jobstores.sqlite import SQLiteJobStore

SERVICE = Path(__file__).resolve().parents[2] / "examples" / "service"
RECORDED_ONLY = {"packing", "report", "watchdog"}
"""The jobs whose lost runs are not run again."""
# Measuring coverage makes their computing three times as slow, and what they run is measured by other tests.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COLUMNS", "LINES"))
}
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Service:
    """One life of the service, with its output as plain lines."""

    def __init__(self, data, *arguments):
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, str(SERVICE), "--data", str(data), *arguments],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout

    def read_until(self, *words):
        """Read on to the first line that holds all these words; the time-out of the test is the limit."""
        for line in self.output:
            self.lines.append(line)
            if all(word in line for word in words):
                return line
        raise AssertionError(f"it ended without saying {words}:\n{''.join(self.lines)}")

    def read_to_end(self):
        self.lines += self.output
        return "".join(self.lines)

    def end(self):
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.output.close()


@pytest.fixture
def serve(tmp_path):
    """Return a function that starts a life of the service in a folder with a blank in its name."""
    lives = []

    def serve(*arguments):
        lives.append(Service(tmp_path / "my data", *arguments))
        return lives[-1]

    yield serve
    for life in lives:
        life.end()


def history(data):
    """Return the jobs' intervals and the runs on record, oldest first."""
    scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore(data / "tickwright.sqlite")})
    try:
        scheduler.start(paused=True)
        steps = {job.id: job.trigger.interval for job in scheduler.get_jobs() if hasattr(job.trigger, "interval")}
        runs = scheduler.get_runs()[::-1]
    finally:
        scheduler.shutdown()
    return steps, runs


def children_of(pid):
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def assert_ends(pids):
    """Wait until none of these processes is left."""
    for pid in pids:
        try:
            file = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([file], [], [], 10)[0], f"process {pid} outlived the service"
        finally:
            os.close(file)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="looks for orphans as only Linux can")
def test_killed_in_mid_run_it_says_what_was_lost_and_goes_on(serve, tmp_path, monkeypatch):
    first = serve()
    first.read_until("A first start: 7 jobs")
    first.read_until("lookalikes", "running", "%")
    workers = children_of(first.process.pid)
    first.process.kill()
    first.process.wait()
    assert workers
    assert_ends(workers)

    second = serve()
    second.read_until("Welcome back")
    cut_off = re.findall(r"\w+", second.read_until("Found in mid-run").split(":")[1].split(".")[0])
    assert "lookalikes" in cut_off
    second.read_until("Next run times were kept: ")
    lost = {second.read_until(" lost ").split()[1]: second.lines[-1] for _ in cut_off}
    assert sorted(lost) == sorted(cut_off)
    for job_id, line in lost.items():
        assert ("on_lost='record'" if job_id in RECORDED_ONLY else "run again, as attempt 2 (on_lost='rerun')") in line
    assert "attempt 2" in second.read_until("lookalikes", "succeeded")
    second.read_until("watchdog")  # two of these at least are on record at the end
    second.process.send_signal(signal.SIGINT)
    said = second.read_to_end()
    assert second.process.wait() == 0, said
    assert "Ended (Ctrl-C): every run has ended and is on record." in said

    code, written = on_a_terminal(tmp_path / "my data", columns=80)
    assert code == 0, written
    assert_the_table_was_redrawn_in_place(written, columns=80)
    assert "Found in mid-run" not in written
    said = " ".join(ESCAPE.sub("", written).split())
    assert re.search(rf"History: \d+ runs since .*, {len(lost)} lost Data: ", said)

    monkeypatch.syspath_prepend(SERVICE.parent)  # where the jobs in it are found
    assert_the_ledger_is_complete(*history(tmp_path / "my data"))


def assert_the_ledger_is_complete(steps, runs):
    assert all(run.is_settled for run in runs)
    firings = Counter((run.job_id, run.fire_time, run.attempt) for run in runs)
    assert set(firings.values()) == {1}, "a fire time was taken twice"
    assert {"checksums", "watchdog"} <= set(steps)
    for job_id in ("checksums", "watchdog"):  # nobody asked for these between their fire times
        its = [run for run in runs if run.job_id == job_id and run.attempt == 1]
        for before, run in pairwise(its):
            assert run.fire_time - before.fire_time == run.coalesced * steps[job_id]


def on_a_terminal(data, columns):
    """Run the service on a terminal for a moment; return its exit code and all that it wrote."""
    import fcntl
    import pty
    import struct
    import termios

    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, str(SERVICE), "--data", str(data), "--seconds", "0.5"],
        env=ENVIRONMENT | {"TERM": "xterm", "NO_COLOR": "1"},
        stdout=its,
        stderr=its,
    )
    os.close(its)
    written = b""
    try:
        with suppress(OSError):  # how Linux says that the other side of a terminal was closed
            while piece := os.read(ours, 65536):
                written += piece
    finally:
        os.close(ours)  # as a closed window does: it ends then, even where this test has failed
    return process.wait(), written.decode()


def assert_the_table_was_redrawn_in_place(written, columns):
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l"), "the cursor is shown again"
    assert re.search(r"\x1b\[\d+A", written), "it went up, to draw over the last table"
    assert not re.search(r"\x1b\[\d*m", written), "there are no colours: NO_COLOR is set"
    lines = [ESCAPE.sub("", line) for line in written.replace("\r", "").split("\n")]
    assert any(line.startswith("lookalikes  interval[0:00:15]") for line in lines)
    assert max(map(len, lines)) < columns
