"""Four processes share a file while one after the other is killed, and one is frozen: nothing doubled, none forgotten.

`CROWD_SECONDS=60 pytest tests/chaos/test_crowd.py -s` lets them work for a minute each; `CROWD_SEED` repeats the
choices of a run. All of it, and longer: `make test-chaos`.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.chaos.crowd import Crowd, stir
from tests.chaos.plan import twenty_a_second
from tests.chaos.stage import until
from tests.chaos.stopping import ASKED
from tests.chaos.witness import Evidence, bear_witness
from tests.durability.judge import Line
from tests.durability.world import World

SECONDS = float(os.environ.get("CROWD_SECONDS", "16"))
SEED = int(os.environ.get("CROWD_SEED", random.randrange(1_000_000)))


@pytest.mark.timeout(180 + SECONDS)
@pytest.mark.parametrize(
    "settings",
    [{}, {"is_blind": True, "synchronous": "NORMAL", "keep_runs": 150}],
    ids=["seeing", "blind, pruned"],
)
def test_nothing_is_doubled_or_forgotten_while_processes_are_killed_and_frozen(tmp_path, settings):
    stirred = stir(tmp_path, SECONDS, SEED, **settings)
    print(f"\n{SECONDS:.0f} s, seed {SEED}, {settings}\n{stirred.table()}")
    assert stirred.complaints == [], f"CROWD_SECONDS={SECONDS:.0f} CROWD_SEED={SEED} repeats it"
    tallies = stirred.verdict.tallies.values()
    assert (sum(tally.doubled for tally in tallies), sum(tally.unaccounted for tally in tallies)) == (0, 0)
    assert sum(tally.fire_times for tally in tallies) >= 19 * SECONDS
    assert stirred.evidence.kills == (SECONDS - 1) // 5
    assert stirred.evidence.freezes >= 1


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="it takes /proc to see that a process has stopped")
def test_at_the_end_nobody_keeps_the_file_locked_while_another_starts(world, start):
    shared = world(*twenty_a_second(datetime.now(UTC), 1), timeout=1.0)
    stopping = start(shared, module="tests.chaos.stopping")
    stopping.wait_until("up")
    (shared.folder / ASKED).touch()
    until(stopping.has_stopped, "the stop")
    stopping.found_frozen()
    Crowd(shared, random.Random(SEED), [start(shared), stopping]).end()


def test_the_plan_has_twenty_fire_times_a_second():
    plan = twenty_a_second(datetime(2026, 1, 1, tzinfo=UTC), 60)
    assert sum(1 / planned.period for planned in plan if planned.period) + 2 == 20
    assert len({planned.id for planned in plan}) == len(plan)
    assert {planned.kind for planned in plan} == {"cron", "interval", "one-shot"}
    assert {planned.executor for planned in plan} == {"default", "processes"}
    for kind in ("cron", "interval"):
        of_kind = [planned for planned in plan if planned.kind == kind]
        assert {planned.on_lost for planned in of_kind} == {"record", "rerun"}
        assert {planned.coalesce for planned in of_kind} == {True, False}
        assert {planned.max_instances for planned in of_kind} == {1, 2}


# -- the witness sees what it is for ---------------------------------------------------------------


@dataclass
class Process:
    pid: int
    killed_at: float | None = None
    frozen: list[tuple[float, float]] = field(default_factory=list)


RUN: dict[str, Any] = {
    "id": "r-1",
    "job": "j",
    "owner": "theirs",
    "status": "lost",
    "attempt": 1,
    "coalesced": 1,
    "late": 0.01,
    "taken_at": 100.0,
    "finished_at": 111.5,
}
LINE = Line("j", "then", 1, "r-1", process=7, parent=1, began=100.0)


@pytest.fixture
def hear(tmp_path) -> Callable[..., Evidence]:
    """Return a function that hears the witness about one lost run of process 7, and what was done to that."""
    world = World(folder=tmp_path, plan=(), lease=2.0).make()
    world.owners.write_text("theirs 7 90.0\n")

    def hear(process: Process, line: Line = LINE, **changes: Any) -> Evidence:
        return bear_witness(world, [{**deepcopy(RUN), **changes}], [line], [process])

    return hear


def test_the_witness_tells_the_killed_from_the_frozen(hear):
    killed = hear(Process(7, killed_at=110.0))
    assert (killed.complaints, killed.lost_by_the_killed, killed.settled_after_kill) == ([], 1, [1.5])
    frozen = hear(Process(7, frozen=[(110.0, 113.5)]))
    assert (frozen.complaints, frozen.lost_by_the_frozen, frozen.settled_after_freeze) == ([], 1, [1.5])
    both = hear(Process(7, killed_at=111.2, frozen=[(110.0, 111.2)]))
    assert (both.complaints, both.settled_after_freeze) == ([], [1.5])
    refused = hear(Process(7, frozen=[(110.0, 113.5)]), line=replace(LINE, ended=114.0))
    assert refused.ended_all_the_same == 1


@pytest.mark.parametrize(
    ("beat", "lost_by"),
    [
        ("theirs 112.0 gap 1.900 took 0.001 kept False", "starved"),
        ("theirs 112.0 gap 0.400 took 3.400 kept False", "innocents"),  # it was held up by others, and tried
        ("theirs 150.0 gap 1.900 took 0.001 kept True", "innocents"),  # at another time
        ("others 112.0 gap 1.900 took 0.001 kept False", "innocents"),
    ],
)
def test_the_witness_tells_the_starved_from_the_innocent(hear, tmp_path, beat, lost_by):
    (tmp_path / "beats.txt").write_text(beat + "\n")
    evidence = hear(Process(7))
    assert (evidence.lost_by_the_starved, evidence.lost_by_innocents) == {"starved": (1, 0), "innocents": (0, 1)}[
        lost_by
    ]
    assert bool(evidence.complaints) == (lost_by == "innocents")


@pytest.mark.parametrize(
    ("process", "changes", "complaint"),
    [
        (Process(7), {}, "nobody killed or froze"),
        (Process(7, killed_at=200.0), {}, "nobody killed or froze"),
        (Process(7, frozen=[(110.0, 110.9)]), {}, "nobody killed or froze"),
        (Process(7, frozen=[(90.0, 94.0)]), {}, "nobody killed or froze"),
        (Process(7, frozen=[(120.0, 124.0)]), {}, "nobody killed or froze"),
        (Process(7, killed_at=110.0), {"owner": "unheard of"}, "nobody killed or froze"),
        (Process(7, killed_at=110.0), {"finished_at": 150.0}, "settled 40.0 s later"),
    ],
)
def test_the_witness_sees(hear, process, changes, complaint):
    assert re.search(complaint, told := "\n".join(hear(process, **changes).complaints)), told
