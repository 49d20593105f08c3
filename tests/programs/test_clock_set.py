"""A clock that is set back a year, or ahead, and set right again, while a scheduler works."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from tests.programs.books import audit, history, lines_of
from tests.programs.running import PYTHON, Program, soon

pytestmark = pytest.mark.timeout(180)

YEAR = 365
QUARTER = timedelta(seconds=0.25)
FIRE_TIMES = YEAR * 86_400 * 4


def libfaketime() -> str:
    """Return the library that lies about the time to a whole process."""
    for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"):
        return str(path)
    if os.environ.get("CI"):
        pytest.fail("CI has to have libfaketime: .ci/run installs it")
    pytest.skip("libfaketime is not installed here (Debian: apt-get install libfaketime)")


class SetProgram:
    """clocks.py, and its clock."""

    def __init__(self, launch, folder: Path, how: str) -> None:
        self.folder, self.how, self.jumps = folder, how, 0
        self.file = folder / ("clock.txt" if how == "injected" else "faketimerc")
        self.set(0)
        env = {}
        if how == "libfaketime":
            # Nobody sets the monotonic clock, on any machine.
            env = {
                "LD_PRELOAD": libfaketime(),
                "FAKETIME_TIMESTAMP_FILE": str(self.file),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        self.program: Program = launch(*PYTHON, "clocks.py", how, env=env)

    def set(self, days: int) -> None:
        draft = self.folder / "draft"
        draft.write_text(str(days) if self.how == "injected" else f"{days:+d}d")
        draft.rename(self.file)

    def jump(self, days: int, seen: int) -> None:
        """Set the clock, and wait until the scheduler has told of it."""
        self.set(days)
        self.jumps += 1
        self.program.wait_for_word("days:", self.jumps)
        self.program.wait_for_word(f"days: {seen}\n")

    def ask(self, what: str) -> None:
        times = self.program.said.count(f"{what} done True True")
        (self.folder / what).touch()
        self.program.wait_for_word(f"{what} done True True", times + 1)

    def ticks(self, job_id: str = "tick") -> int:
        return sum(line.job_id == job_id for line in lines_of(self.folder))

    def wait_for_ticks(self, more: int, job_id: str = "tick") -> None:
        wanted = self.ticks(job_id) + more
        self.program.wait_until(lambda: self.ticks(job_id) >= wanted, f"{wanted} of {job_id}")


@pytest.mark.parametrize("how", ["injected", "libfaketime"])
def test_a_clock_set_back_a_year_and_right_again_runs_nothing_twice(launch, folder, how):
    one = SetProgram(launch, folder, how)
    one.wait_for_ticks(2)
    one.jump(-YEAR, -YEAR)
    before = one.ticks()
    # What is added meanwhile goes by the clock as it is; what was planned before is due in a year.
    one.ask("add")
    one.wait_for_ticks(2, "meanwhile")
    assert one.ticks("once") == 1
    assert one.ticks() == before
    one.jump(0, YEAR)
    one.wait_for_ticks(2)
    one.wait_for_ticks(2, "meanwhile")
    assert one.jumps == one.program.said.count("days:") == 2
    assert one.program.end(signal.SIGTERM) == 0, one.program.said
    books = audit(folder, period=QUARTER)
    assert not books.complaints, books.complaints
    year = max(run.coalesced for run in history(folder) if run.job_id == "meanwhile")
    assert abs(year - FIRE_TIMES) < 1000  # once, for all that was missed
    assert max(run.coalesced for run in history(folder) if run.job_id == "tick") < 1000


@pytest.mark.parametrize("how", ["injected", "libfaketime"])
def test_a_clock_set_a_year_ahead_and_right_again_needs_a_word_of_the_user(launch, folder, how):
    one = SetProgram(launch, folder, how)
    one.wait_for_ticks(2)
    one.jump(YEAR, YEAR)
    one.wait_for_ticks(2)
    one.jump(0, -YEAR)
    # The fire times of the coming year count as run: they are not run again. Who wants them says so.
    before = one.ticks()
    one.ask("health")
    assert not soon(lambda: one.ticks() > before, 1.5)
    one.ask("again")
    one.wait_for_ticks(2)
    assert one.program.end(signal.SIGTERM) == 0, one.program.said
    books = audit(folder, period=None)
    assert not books.complaints, books.complaints
    assert abs(max(run.coalesced for run in history(folder)) - FIRE_TIMES) < 1000
