"""Real processes whose file a program locks for longer than their leases: nobody takes anybody for dead."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.schedulers.stage import soon
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.run import RunStatus
from tickwright.testing.suites.store.material import Host

pytestmark = pytest.mark.timeout(120)

PROJECT = Path(__file__).resolve().parents[2]
LEASE = 2.0
PATIENCE = 60.0

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteJobStore]:
    store = SQLiteJobStore(tmp_path / "jobs.sqlite", timeout=PATIENCE)
    store.start(Host(), "default")
    yield store
    store.shutdown()


@pytest.fixture
def start(tmp_path: Path, store: SQLiteJobStore) -> Iterator[Start]:
    """Return a function that starts a program with one long job; all are ended with the test."""
    programs: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.schedulers.locked_out", store.path, name, str(tmp_path)]
        program = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, text=True)
        programs.append(program)
        assert soon((tmp_path / f"{name} began").exists, PATIENCE), f"{name} did not begin its job"
        return program

    yield start
    for program in programs:
        program.kill()
        program.communicate()


def beats(store: SQLiteJobStore) -> dict[int, int]:
    return {lease.owner.pid: lease.beat for lease in store.get_leases()}


def all_beat(store: SQLiteJobStore, times: int) -> bool:
    """Wait until each scheduler has beaten so often, and so has looked at the others."""
    before = beats(store)
    return soon(lambda: all(beats(store).get(pid, 0) >= beat + times for pid, beat in before.items()), PATIENCE)


def status_of(store: SQLiteJobStore, job_id: str) -> RunStatus:
    (run,) = store.get_runs(job_id=job_id)
    return run.status


def test_when_a_program_locks_the_file_for_longer_than_the_lease_no_run_is_lost(start, store, tmp_path):
    for name in ("one", "two", "three"):
        start(name)
    assert all_beat(store, 2)
    locker = sqlite3.connect(store.path, isolation_level=None, timeout=PATIENCE)
    locker.execute("BEGIN IMMEDIATE")
    held = beats(store)
    # For three leases nobody's beat is heard, and each sees the others' stand still. That time passes is the point.
    Event().wait(3 * LEASE)
    assert beats(store) == held
    locker.execute("COMMIT")
    locker.close()
    assert all_beat(store, 8), "more than a whole lease after it"
    assert {name: status_of(store, name) for name in ("one", "two", "three")} == dict.fromkeys(
        ("one", "two", "three"), RunStatus.RUNNING
    )
    (tmp_path / "go").touch()
    assert soon(lambda: not store.get_unsettled_runs(), PATIENCE)
    assert {run.result for run in store.get_runs()} == {"lost_lease=False"}


def test_a_process_frozen_for_longer_than_its_lease_finds_its_run_lost_and_the_run_is_told(start, store, tmp_path):
    frozen = start("frozen")
    start("awake")
    assert all_beat(store, 2)
    os.kill(frozen.pid, signal.SIGSTOP)
    try:
        assert soon(lambda: status_of(store, "frozen") is RunStatus.LOST, PATIENCE)
    finally:
        os.kill(frozen.pid, signal.SIGCONT)
    assert status_of(store, "awake") is RunStatus.RUNNING
    assert soon(lambda: frozen.pid in beats(store), PATIENCE), "it is back"
    assert all_beat(store, 2)
    (tmp_path / "go").touch()
    assert soon(lambda: not store.get_unsettled_runs(), PATIENCE)
    (lost,), (kept,) = store.get_runs(job_id="frozen"), store.get_runs(job_id="awake")
    assert (lost.status, lost.result) == (RunStatus.LOST, None)
    assert (kept.status, kept.result) == (RunStatus.SUCCEEDED, "lost_lease=False")
    assert soon((tmp_path / "frozen told").exists, PATIENCE)
    assert (tmp_path / "frozen told").read_text() == "lost_lease=True"
