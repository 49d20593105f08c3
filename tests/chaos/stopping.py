"""The program of the crowd, but it stops itself in the middle of a transaction, with the file locked, when asked to.

python -m tests.chaos.stopping FOLDER ROLE
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from tests.durability.program import main
from tickwright.jobstores.sqlite import leases

__all__ = ["ASKED"]

ASKED = "stop-in-the-middle"
"""The file by which it is asked."""


def _stop_while_renewing(folder: Path) -> None:
    renew = leases.renew_lease

    def renew_and_stop(sql: sqlite3.Connection, owner_id: str, now: datetime) -> bool:
        renewed = renew(sql, owner_id, now)
        if (folder / ASKED).exists():
            (folder / ASKED).unlink()
            os.kill(os.getpid(), signal.SIGSTOP)
        return renewed

    leases.renew_lease = renew_and_stop


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(process)d %(levelname)s %(message)s")
    _stop_while_renewing(Path(sys.argv[1]))
    main(Path(sys.argv[1]), sys.argv[2])
