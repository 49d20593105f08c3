"""A program with one long job, on a shared file: `python -m tests.schedulers.locked_out FILE NAME FOLDER`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tickwright import BackgroundScheduler, SQLiteJobStore, ThreadPoolExecutor, current_run
from tickwright.schedulers import base


def stay(name: str, folder: str) -> str:
    """Be busy until the file `go` appears; leave a file at the beginning, and what was told meanwhile at the end."""
    run = current_run()
    (Path(folder) / f"{name} began").touch()
    while not (Path(folder) / "go").exists():
        time.sleep(0.02)
    told = f"lost_lease={run.lost_lease}"
    (Path(folder) / f"{name} told").write_text(told)
    return told


def main(file: str, name: str, folder: str) -> None:
    # By their leases alone, as if each were on a machine of its own.
    base.is_dead = lambda owner: False  # type: ignore[attr-defined]
    store = SQLiteJobStore(file, timeout=0.5)
    executor = ThreadPoolExecutor(1)  # so that none takes the job of another, while it has one
    with BackgroundScheduler(lease=2, jobstores={"default": store}, executors={"default": executor}) as scheduler:
        scheduler.add_job(stay, args=[name, folder], id=name)
        sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
