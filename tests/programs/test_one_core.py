"""A machine with one core: more work than it can do is late, and none of it is forgotten."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from tests.programs.books import audit, lines_of
from tests.programs.running import PYTHON

pytestmark = pytest.mark.timeout(180)

JOBS = 40


def test_on_one_core_every_fire_time_is_accounted_for_and_no_job_starves(launch, folder):
    (core, *_) = os.sched_getaffinity(0)
    program = launch("taskset", "-c", str(core), *PYTHON, "cores.py", str(JOBS))
    program.wait_until(
        lambda: len(calls := Counter(line.job_id for line in lines_of(folder))) == JOBS and min(calls.values()) >= 3,
        "three calls of each job",
        90,
    )
    assert program.end(signal.SIGTERM) == 0, program.said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert books.fire_times >= 3 * JOBS
