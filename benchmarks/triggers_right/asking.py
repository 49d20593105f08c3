"""Asking: one peer's adapter as a process of its own, with a limit of time for each case."""

from __future__ import annotations

import json
import os
import select
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from benchmarks.triggers_right.cases import Case
from benchmarks.triggers_right.verdict import Answer, Verdict

__all__ = ["ADAPTERS", "Asked"]

ADAPTERS = Path(__file__).parent / "adapters"
SECONDS_A_CASE = 10.0
SECONDS_TO_START = 60.0


class Asked:
    """A peer that answers cases; it is started when first asked, and again after it had to be stopped."""

    def __init__(self, python: str, adapter: Path, seconds: float = SECONDS_A_CASE) -> None:
        self._command = [python, "-W", "ignore", str(adapter)]
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def ask(self, case: Case) -> Answer:
        """Return what the peer says; whatever it does, that is an answer."""
        question = {
            "expr": case.expr,
            "zone": case.zone,
            "start": case.start.timestamp(),
            "horizon": case.horizon.timestamp(),
        }
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            line = self._line(process, self._seconds)
        except BrokenPipeError:
            line = b""
        if not line:
            verdict = Verdict.TIMED_OUT if line is None else Verdict.CRASHED
            self.stop()
            return Answer(failure=verdict)
        reply = json.loads(line)
        if "failure" in reply:
            return Answer(failure=Verdict(reply["failure"]))
        return Answer(fires=tuple(datetime.fromtimestamp(fire, UTC) for fire in reply["fires"]))

    def stop(self) -> None:
        """End the process; the next question starts another."""
        process, self._process, self._rest = self._process, None, b""
        if process is not None:
            process.kill()
            with process, suppress(BrokenPipeError):  # closes the pipes, too, and waits
                pass

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            if not self._line(self._process, SECONDS_TO_START):
                self.stop()
                raise RuntimeError(f"the adapter did not start: {' '.join(self._command)}")
        return self._process

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """Return the next line, `None` if none comes in time, or nothing if the process has ended."""
        assert process.stdout is not None
        until = monotonic() + seconds
        while b"\n" not in self._rest:
            if not select.select([process.stdout], [], [], max(0.0, until - monotonic()))[0]:
                return None
            read = os.read(process.stdout.fileno(), 65_536)
            if not read:
                return b""
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\n")
        return line
