"""The watchdog: fails when the newest backup is too old, which with so strict a limit it now and then is."""

from __future__ import annotations

from pathlib import Path
from time import time

from .backup import backups

OLDEST = 8.0
"""Seconds. There is a backup every 10, so the watchdog has something to bark at: people should see a failure."""


class StaleBackupError(Exception):
    """The newest backup is older than is allowed."""


def judge_backups(root: Path, data: Path) -> str:
    """Return how old the newest backup is. Raises `StaleBackupError` where it is too old."""
    newest = next(iter(backups(data)), None)
    if newest is None:
        return "there is no backup to judge yet"
    age = time() - newest.stat().st_mtime
    if age > OLDEST:
        raise StaleBackupError(f"the newest backup is {age:.1f} s old, and {OLDEST:.0f} s are allowed")
    return f"the newest backup is {age:.1f} s old"
