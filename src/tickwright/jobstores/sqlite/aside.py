"""Jobs set aside: stored, whole, and not loadable in this process; a list that ends with the connection.

Another process with newer code may load and run what this one cannot, so nothing of it is written to the
file. A job is on the list with the body that could not be loaded: when somebody stores another body, it is
off it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tickwright.jobstores.sqlite.job_row import JobRow

__all__ = ["make_list", "readmit", "set_aside"]


def make_list(sql: sqlite3.Connection) -> None:
    """Begin with an empty list."""
    sql.execute("CREATE TEMP TABLE aside (key INTEGER PRIMARY KEY, body BLOB)")


def set_aside(sql: sqlite3.Connection, rows: Iterable[JobRow]) -> set[int]:
    """Put jobs on the list; return the keys of those that were not on it, which nobody was told of yet."""
    statement = """
        INSERT INTO temp.aside (key, body) VALUES (?, ?)
        ON CONFLICT (key) DO UPDATE SET body = excluded.body WHERE body IS NOT excluded.body
    """
    return {row.key for row in rows if sql.execute(statement, (row.key, row.body)).rowcount}


def readmit(sql: sqlite3.Connection, rows: Iterable[JobRow]) -> None:
    """Take jobs off the list, and with them those that are stored no longer."""
    sql.executemany("DELETE FROM temp.aside WHERE key = ?", [(row.key,) for row in rows])
    sql.execute("DELETE FROM temp.aside WHERE key NOT IN (SELECT key FROM jobs)")
