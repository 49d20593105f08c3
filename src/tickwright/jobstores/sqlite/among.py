"""Reading many rows by their ids with few statements: a statement costs more than the row that it finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

__all__ = ["PLACES", "rows_among"]

PLACES = (100, 10)
"""Ids that one statement asks for. Always one of these, so that SQLite prepares two texts and no more."""

HOLES = {places: f"({', '.join('?' * places)})" for places in PLACES}


def rows_among(sql: sqlite3.Connection, statement: str, ids: Iterable[str]) -> list[Any]:
    """Return the rows of `statement`, which ends in `IN`, for these ids; each once, in no order."""
    wanted: list[str | None] = [*dict.fromkeys(ids)]
    if len(wanted) == 1:
        return sql.execute(f"{statement} (?)", wanted).fetchall()
    # What is left of the last statement is filled up with NULL, which is in no list. To fill up a hundred would cost as
    # much as to ask for them, so that the last few ids are asked for in tens.
    wanted += [None] * (-len(wanted) % PLACES[-1])
    rows: list[Any] = []
    start = 0
    for places in PLACES:
        full = f"{statement} {HOLES[places]}"
        while start + places <= len(wanted):
            rows += sql.execute(full, wanted[start : start + places]).fetchall()
            start += places
    return rows
