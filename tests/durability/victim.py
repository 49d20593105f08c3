"""A victim: one program of a world, started here, and so the only thing that is killed or frozen here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from tests.durability.world import World

__all__ = ["PATIENCE", "Victim", "end_all"]

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds for what takes a few at most; a busy machine stretches them."""

TROUBLES = ("ERROR", "CRITICAL", "Traceback", "Exception", "Error:")


class Victim:
    """A running program and the record of what was done to it, in seconds of the wall clock."""

    def __init__(self, world: World, role: str, module: str = "tests.durability.program") -> None:
        self.world = world
        self.killed_at: float | None = None
        self.worker_killed_at: float | None = None
        self.ended_at: float | None = None
        self.frozen: list[tuple[float, float]] = []
        """From when to when at the most: each begins before the signal is sent, and ends after."""
        self._frozen_at: float | None = None
        self._complaints = world.folder / f"complaints-{time.time_ns()}.txt"
        with self._complaints.open("w") as complaints:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", module, str(world.folder), role],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                # A group of its own, so that it can be killed with its workers, and nothing else with it.
                start_new_session=True,
                # A killed program cannot write what it measured, and being measured makes its start slow.
                env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
            )
        self.told: list[str] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def is_there(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    @property
    def complaints(self) -> str:
        """What it wrote on its standard error."""
        return self._complaints.read_text()

    def troubles(self) -> list[str]:
        """Return what it complained of, other than that others are dead or that it was taken for dead itself."""
        lines = self.complaints.splitlines()
        return [f"process {self.pid}: {line}" for line in lines if any(word in line for word in TROUBLES)]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(line.rstrip("\n"))

    def wait_until(self, word: str, seconds: float = PATIENCE) -> None:
        """Wait until it says this word."""
        until = time.monotonic() + seconds
        while word not in self.told:
            assert self.is_there, f"it ended with {self.process.returncode} before it said {word!r}: {self.complaints}"
            assert time.monotonic() < until, f"it did not say {word!r} within {seconds:.0f} s: {self.complaints}"
            time.sleep(0.01)

    def go(self) -> None:
        """Let one that is waiting start."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def workers(self) -> list[int]:
        """Return the worker processes of its pools, on Linux; none elsewhere."""
        found = []
        with suppress(OSError):
            for task in Path(f"/proc/{self.pid}/task").iterdir():
                for pid in (task / "children").read_text().split():
                    if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        found.append(int(pid))
        return found

    # -- what is done to it --------------------------------------------------------------------------

    def ask(self, number: signal.Signals) -> None:
        """Ask it to end."""
        self.process.send_signal(number)

    def kill(self, *, group: bool = False) -> None:
        """Kill it, with its workers if it is to be the whole group, and wait until it is gone."""
        if self.is_there and self.killed_at is None:
            self.killed_at = time.time()
            self._signal(signal.SIGKILL, group=group)
        self.process.wait()
        self._end()

    def kill_worker(self, pid: int) -> None:
        """Kill one of its workers."""
        self.worker_killed_at = time.time()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def freeze(self, *, group: bool = False) -> None:
        """Stop it until it is thawed."""
        self._frozen_at = time.time()
        self._signal(signal.SIGSTOP, group=group)

    def found_frozen(self) -> None:
        """Note that it has stopped itself, a moment ago at the most."""
        self._frozen_at = time.time()

    def has_stopped(self) -> bool:
        """Whether the system says that it is stopped, on Linux."""
        state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    def thaw(self) -> None:
        """Let it go on."""
        if self._frozen_at is None:
            return
        self._signal(signal.SIGCONT, group=True)
        self.frozen.append((self._frozen_at, time.time()))
        self._frozen_at = None

    def end(self, seconds: float = PATIENCE) -> int:
        """Wait until it has ended by itself, and return how."""
        try:
            self.process.wait(seconds)
        finally:
            self.kill(group=True)
        return self.process.returncode

    def _signal(self, number: signal.Signals, *, group: bool) -> None:
        with suppress(ProcessLookupError):
            if group:
                os.killpg(self.pid, number)
            else:
                self.process.send_signal(number)

    def _end(self) -> None:
        if self.ended_at is not None:
            return
        self.ended_at = time.time()
        # Its workers see that it is gone and end by themselves, unless they were stopped with it.
        self._signal(signal.SIGCONT, group=True)
        if self._frozen_at is not None:
            self.frozen.append((self._frozen_at, self.ended_at))
            self._frozen_at = None
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


def end_all(victims: Sequence[Victim]) -> None:
    """Have them end by themselves, in good order: all are asked before any is waited for, as in a deploy."""
    for victim in victims:
        victim.ask(signal.SIGTERM)
    for victim in victims:
        code = victim.end()
        assert code == 0, f"process {victim.pid} ended with {code}: {victim.complaints}"
