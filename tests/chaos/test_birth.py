"""A file that is just being made survives the death of any who make it.

`BIRTHS=50 pytest tests/chaos/test_birth.py` tries it fifty times; `BIRTH_SEED` repeats the instants of a run.
"""

from __future__ import annotations

import os
import random
import time
from functools import partial

import pytest

from tests.chaos.stage import has_calls, until
from tests.durability.audit import finish, judge_world
from tests.durability.plan import every
from tests.durability.victim import Victim
from tests.durability.world import World

BIRTHS = int(os.environ.get("BIRTHS", "1"))
SEED = int(os.environ.get("BIRTH_SEED", random.randrange(1_000_000)))

JOB = every(1, "job", coalesce=False)


@pytest.mark.timeout(60 + 30 * BIRTHS)
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_those_who_make_a_file_may_be_killed_at_any_instant_and_the_others_go_on(tmp_path, start):
    dice = random.Random(SEED)
    for number in range(BIRTHS):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = World(folder=folder, plan=(JOB,), lease=2.0, threads=2, processes=1).make()
        crowd: list[Victim] = [start(world, "waiting") for _ in range(3)]
        for victim in crowd:
            victim.wait_until("ready")
        for victim in crowd:
            victim.go()
        for victim in crowd[: dice.randint(1, 2)]:
            time.sleep(dice.uniform(0.0, 0.03))  # so that it dies at any instant of the making
            victim.kill(group=True)
        crowd[-1].wait_until("up")
        until(partial(has_calls, world, 1), f"a call (BIRTH_SEED={SEED})", crowd)
        for victim in crowd:
            victim.kill(group=True)
        finish(world)
        assert judge_world(world, at_the_end=True).complaints == [], f"BIRTH_SEED={SEED}"
        assert not [line for victim in crowd for line in victim.troubles()]
