"""A fifth of all calls fails at random, at any moment of a call: a minute of virtual time, seconds of real time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults import storm
from tests.faults.stage import MakeStore, Stage, each_store

SECONDS = 6.0


@each_store
@pytest.mark.parametrize("seed", range(8))
def test_a_minute_in_which_a_fifth_of_all_calls_fails(tmp_path: Path, make: MakeStore, seed: int) -> None:
    stage = Stage(make(tmp_path))
    plan = stage.add_jobs()
    stage.faults.at_random(0.2, seed=seed)
    stage.scheduler.advance(minutes=1)
    stage.faults.clear()
    stage.scheduler.advance(seconds=20)
    assert {strike.when for strike in stage.faults.struck} == {"before", "after", "half"}
    assert len(stage.faults.struck) > 20
    assert stage.scheduler.health().ok
    assert not stage.logged("The loop failed")
    stage.check_tidings()
    books = stage.books(plan)
    assert books.complaints == []
    assert (books.doubled, books.unaccounted) == (0, 0)
    assert {run.lateness for run in stage.scheduler.get_runs("elsewhere")} == {timedelta(0)}


@each_store
def test_a_storm_over_threads(tmp_path: Path, make: MakeStore) -> None:
    left = storm.rage(make, tmp_path, SECONDS, seed=4)
    print(left.table())
    assert left.complaints == []
    assert left.struck > 20
    assert left.books.fire_times > 500
