"""Which edition of the time zone database this process goes by: governments change their zones several times a year."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TextIO

__all__ = ["zone_database_edition"]

PREFIX = "# version "


def zone_database_edition() -> str:
    """Return the edition, such as "2026a", of the database that `zoneinfo` reads; "" where there is none.

    Where its folder does not say, the time at which the folder was changed stands in for it. The rules that a process
    has read stay as they are until it ends, so this matters when it starts.
    """
    from zoneinfo import TZPATH

    for folder in TZPATH:
        with suppress(OSError):
            changed = os.stat(folder).st_mtime_ns
            return _edition_in(folder) or f"{folder} of {changed}"
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tzdata")
    except PackageNotFoundError:
        return ""


def _edition_in(folder: str) -> str | None:
    """Return what the folder says of itself: `tzdata.zi` begins with the edition, on some systems a file holds it."""
    with suppress(OSError), _open(folder, "tzdata.zi") as file:
        first = file.readline(200)
        if first.startswith(PREFIX):
            return first.removeprefix(PREFIX).strip()
    with suppress(OSError), _open(folder, "+VERSION") as file:
        return file.read(100).strip() or None
    return None


def _open(folder: str, name: str) -> TextIO:
    return open(os.path.join(folder, name), encoding="utf-8", errors="replace")
