"""Programs in event loops: they end without a hang, whoever forgets what, and all that ran is on record."""

from __future__ import annotations

import signal

import pytest

from tests.programs.books import audit, history
from tests.programs.running import PYTHON

pytestmark = pytest.mark.timeout(180)


def test_a_block_that_ends_has_all_on_record(launch, folder):
    program = launch(*PYTHON, "-W", "error", "looping.py", "block")
    assert program.end(None) == 0, program.said
    assert not program.said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert {"plain", "slow"} <= {run.job_id for run in history(folder) if run.status == "succeeded"}


@pytest.mark.parametrize(
    ("how", "number"),
    [("forget", None), ("stay", signal.SIGINT), ("forever", signal.SIGINT), ("careless", signal.SIGINT)],
)
def test_a_program_that_forgets_its_scheduler_ends_all_the_same(launch, folder, how, number):
    program = launch(*PYTHON, "looping.py", how)
    if number is not None:
        program.wait_for_word("at work")
    # asyncio.run says Ctrl-C by ending in KeyboardInterrupt; the others catch it.
    assert program.end(number) == (-signal.SIGINT if how == "stay" else 0), program.said
    assert program.said.count("Traceback") == (how == "stay"), program.said
    runs = history(folder)
    assert [run.job_id for run in runs if not run.is_settled] == []
    assert [(run.status, run.started_at is not None) for run in runs if run.job_id == "stay"] == [("cancelled", True)]
    assert "event loop" in str(next(run.reason for run in runs if run.job_id == "stay"))


def test_a_killed_program_has_its_coroutines_found_lost(launch, folder):
    program = launch(*PYTHON, "looping.py", "stay")
    program.wait_for_word("at work")
    program.wait_for_lines(2, more=True)
    assert program.end(signal.SIGKILL) == -signal.SIGKILL
    left = {run.id: run.job_id for run in history(folder) if not run.is_settled}
    assert "stay" in left.values()
    assert launch(*PYTHON, "settling.py").end(None) == 0
    assert {run.status for run in history(folder) if run.id in left} == {"lost"}
    books = audit(folder, lost=True)
    assert not books.complaints, books.complaints
