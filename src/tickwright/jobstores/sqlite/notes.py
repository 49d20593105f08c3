"""Notes in SQL: the few things that schedulers want to find again, by topic."""

from __future__ import annotations

import sqlite3

__all__ = ["read_note", "write_note"]


def read_note(sql: sqlite3.Connection, topic: str) -> str | None:
    """Return the note, or None."""
    found = sql.execute("SELECT text FROM notes WHERE topic = ?", (topic,)).fetchone()
    return None if found is None else str(found[0])


def write_note(sql: sqlite3.Connection, topic: str, text: str) -> None:
    """Keep a note in the place of the one before."""
    sql.execute("INSERT OR REPLACE INTO notes (topic, text) VALUES (?, ?)", (topic, text))
