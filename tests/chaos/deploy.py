"""One version of an application: the job is the same in each, and its function is another.

python -m tests.chaos.deploy FOLDER VERSION
"""

from __future__ import annotations

import logging
import signal
import sys
from importlib import import_module
from pathlib import Path

from tests.durability.noting_store import NotingStore
from tests.durability.world import World
from tickwright import BackgroundScheduler

__all__ = ["PERIOD"]

PERIOD = 0.2


def main(folder: Path, version: str) -> None:
    """Declare the job as this version has it, and work until SIGTERM."""
    world = World.read(folder)
    sys.path.insert(0, str(folder / version))
    shop = import_module("shop")
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    scheduler = BackgroundScheduler(timezone="UTC", lease=world.lease, jobstores={"default": NotingStore(world)})
    args = [str(world.lines)]
    scheduler.add_job(shop.sell, "interval", args=args, seconds=PERIOD, id="sale", replace_existing=True)
    scheduler.start()
    print("up", flush=True)
    signal.sigwait({signal.SIGTERM})
    scheduler.shutdown()


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(process)d %(levelname)s %(message)s")
    main(Path(sys.argv[1]), sys.argv[2])
