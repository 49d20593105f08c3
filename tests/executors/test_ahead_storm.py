"""One run ahead, in a storm: whatever happens to whom and when, each run has one report, and that is true."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.executors import deeds
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.run import RunStatus
from tickwright.testing.suites.execution.stage import Stage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def write_down_much(path: str, number: int, much: bytes) -> bytes:
    deeds.write_down(path, number)
    return much


JOBS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    *([(deeds.write_down, ())] * 12),
    *([(deeds.write_down, (0.002,))] * 5),
    (deeds.write_down_and_die, ()),
    (write_down_much, (b"x" * 20_000,)),
]


class Chaos:
    """Submits, cancels, kills, stops and continues, in an order that a seed decides."""

    def __init__(self, stage: Stage, path: Path, seed: int) -> None:
        self._stage = stage
        self._path = str(path)
        self._random = Random(seed)
        self._stopped: list[int] = []
        self.runs: list[str] = []
        self.deaths = 0

    def rage(self, steps: int) -> None:
        acts = self.submit, self.submit, self.submit, self.cancel, self.cancel, self.kill, self.halt, self.go_on
        for _ in range(steps):
            self._random.choice(acts)()
            if self._random.random() < 0.3:
                self.look_on()
        while self._stopped:
            self.go_on()

    def look_on(self) -> None:
        """Let something of it be done, if it can be."""
        seen = len(self._stage.inbox.letters)
        with suppress(TimeoutError):
            self._stage.inbox.wait_until(lambda letters: len(letters) > seen, 0.02)

    def submit(self) -> None:
        for _ in range(self._random.randint(1, 8)):
            number = len(self.runs)
            func, more = self._random.choice(JOBS)
            self.deaths += func is deeds.write_down_and_die
            self.runs.append(self._stage.submit(func, self._path, number, *more))

    def cancel(self) -> None:
        if self.runs:
            self._stage.executor.cancel(self._random.choice(self.runs[-20:]))

    def kill(self) -> None:
        self._strike(signal.SIGKILL)

    def halt(self) -> None:
        if (pid := self._strike(signal.SIGSTOP)) is not None:
            self._stopped.append(pid)

    def go_on(self) -> None:
        if self._stopped:
            with suppress(ProcessLookupError):
                os.kill(self._stopped.pop(), signal.SIGCONT)

    def _strike(self, number: int) -> int | None:
        crew: Any = self._stage.executor
        processes = [worker._process for worker in crew._crew._workers]
        if (process := self._random.choice([*processes, None])) is None:
            return None
        try:
            pid = process.pid
            os.kill(pid, number)
        except (ProcessLookupError, ValueError):  # it has just ended
            return None
        self.deaths += number == signal.SIGKILL
        return pid


@pytest.mark.parametrize("seed", range(4))
def test_each_run_has_one_report_that_is_true_whatever_happens_when(tmp_path, seed):
    path = tmp_path / "done"
    path.touch()
    stage = Stage(ProcessPoolExecutor(3, start_method="forkserver" if seed % 2 else "spawn"), tmp_path)
    chaos = Chaos(stage, path, seed)
    chaos.rage(120)
    stage.close()
    times_done = Counter(int(line) for line in path.read_text().splitlines())
    ended = {report.run_id: report for report in stage.inbox.reports()}
    for number, run in enumerate(chaos.runs):
        report = ended[run]
        if report.status is RunStatus.LOST:
            assert times_done[number] <= 1, report
        else:
            assert times_done[number] == (report.status is RunStatus.SUCCEEDED), report
    statuses = Counter(report.status for report in ended.values())
    assert 0 < statuses[RunStatus.LOST] <= chaos.deaths
    assert statuses[RunStatus.SUCCEEDED] > 0
