"""Runs a program of apps/ in a folder of its own: started, asked, signalled, and ended with all that it started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any

from tests.programs.books import lines_of

__all__ = ["APPS", "LONG", "PROJECT", "PYTHON", "Program", "free_port", "install", "soon"]

APPS = Path(__file__).parent / "apps"
PROJECT = Path(__file__).resolve().parents[2]

LONG = 45.0
"""Seconds within which anything happens that happens at all, on a machine with too much to do."""

PYTHON = (sys.executable, "-X", "faulthandler")


def install(folder: Path) -> None:
    """Put the programs where they are to run: what they leave then lies in the folder of the test."""
    shutil.copytree(APPS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


def soon(is_so: Callable[[], object], seconds: float = LONG) -> bool:
    """Return whether it becomes so in time."""
    pause = Event()
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        pause.wait(0.02)
    return True


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Program:
    """One of them, running. What it says goes to a file, so that no pipe can fill up and hold it."""

    def __init__(
        self, command: Sequence[str], folder: Path, *, port: int = 0, env: dict[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.port = port
        self._said = folder / "said.txt"
        environment = {
            # What is killed cannot write what it measured, and being measured makes a start slow.
            **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **(env or {}),
        }
        with self._said.open("ab") as said:
            self.process = subprocess.Popen(
                list(command),
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, so that what it started can be ended with it
            )

    @property
    def said(self) -> str:
        """What it has said so far, on both streams."""
        return self._said.read_text(errors="replace")

    def wait_until(self, is_so: Callable[[], object], what: str, seconds: float = LONG) -> None:
        """Return when it is so; fail with what the program said where that is not in time."""
        assert soon(lambda: is_so() or self.process.poll() is not None, seconds), f"{what}: not in time\n{self.said}"
        assert is_so(), f"{what}: it ended with {self.process.returncode} before\n{self.said}"

    def wait_for_lines(self, count: int, *, more: bool = False) -> None:
        """Return when its jobs have left so many lines; with `more`, so many from now on."""
        wanted = count + (len(lines_of(self.folder)) if more else 0)
        self.wait_until(lambda: len(lines_of(self.folder)) >= wanted, f"{wanted} lines wanted")

    def wait_for_word(self, word: str, times: int = 1) -> None:
        """Return when it has said something, so often."""
        self.wait_until(lambda: self.said.count(word) >= times, f"{word!r} wanted")

    def get(self, path: str) -> tuple[int, Any]:
        """Return the status and the JSON of an answer; 0 and None where nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def answers_of(self, path: str, processes: int) -> dict[int, Any]:
        """Return the answers of so many of its processes, by pid, asking until each has had the word."""
        found: dict[int, Any] = {}

        def all_answered() -> bool:
            status, answer = self.get(path)
            if status:
                found[answer["pid"]] = answer
            return len(found) >= processes

        self.wait_until(all_answered, f"answers of {processes} processes to {path}")
        return found

    def send(self, number: int) -> None:
        """Send it a signal, and to it alone."""
        self.process.send_signal(number)

    def end(self, number: int | None = signal.SIGTERM, seconds: float = LONG) -> int:
        """Have it end, by a signal if one is given; return its exit code once it and what it started are gone."""
        if number is not None:
            self.send(number)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._dump()
            raise AssertionError(f"it did not end within {seconds:g} s\n{self.said}") from None
        assert soon(lambda: not self.has_left_processes(), seconds), f"it left processes behind\n{self.said}"
        return code

    def has_left_processes(self) -> bool:
        """Return whether anybody of its group is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """End it and all that it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _dump(self) -> None:
        """Have every process of its group say where its threads are."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGABRT)
        soon(lambda: self.process.poll() is not None, 5)
