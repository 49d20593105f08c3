"""Reading many rows by their ids with few statements: a statement costs more than the row that it finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

__all__ = ["PLACES", "rows_among"]

PLACES = 100
"""Ids that one statement asks for. Always so many, so that its text stays the same and SQLite prepares it once."""

HOLES = f"({', '.join('?' * PLACES)})"


def rows_among(sql: sqlite3.Connection, statement: str, ids: Iterable[str]) -> list[Any]:
    """Return the rows of `statement`, which ends in `IN`, for these ids; each once, in no order."""
    wanted: Sequence[str | None] = list(dict.fromkeys(ids))
    if len(wanted) == 1:
        return sql.execute(f"{statement} (?)", wanted).fetchall()
    full = f"{statement} {HOLES}"
    # NULL is in no list: what is left of the last one is filled up with it.
    wanted = [*wanted, *[None] * (-len(wanted) % PLACES)]
    chunks = (wanted[start : start + PLACES] for start in range(0, len(wanted), PLACES))
    return list(chain.from_iterable(sql.execute(full, chunk).fetchall() for chunk in chunks))
