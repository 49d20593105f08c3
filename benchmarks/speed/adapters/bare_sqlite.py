"""Jobs in a file with nothing but SQLite: what durable work costs at least, a transaction each or one for many."""

import sqlite3
from pickle import dumps, loads
from time import time
from uuid import uuid4

from benchmarks.speed.books import note

SCHEMA = """
    CREATE TABLE jobs (id TEXT PRIMARY KEY, due REAL, body BLOB) WITHOUT ROWID;
    CREATE INDEX due ON jobs (due);
    CREATE TABLE runs (id INTEGER PRIMARY KEY, job TEXT, due REAL, status TEXT);
"""
GROUP = 500


class BareSQLite:
    """A table of jobs and a table of runs."""

    def __init__(self, path, synchronous):
        self.path, self.synchronous = path, synchronous

    def open(self):
        """Open the file, and make it if it is new."""
        self.file = sqlite3.connect(self.path, isolation_level=None)
        self.file.execute("PRAGMA journal_mode = WAL")
        self.file.execute(f"PRAGMA synchronous = {self.synchronous}")
        if not self.file.execute("SELECT 1 FROM sqlite_master").fetchone():
            self.file.executescript(SCHEMA)

    def close(self):
        """Close it."""
        self.file.close()

    def add_once(self, func, number, when):
        """Write a job, in a transaction of its own."""
        self.file.execute("INSERT INTO jobs VALUES (?, ?, ?)", self._row(func, number, when.timestamp()))

    def add_many(self, func, numbers, when):
        """Write jobs, in one transaction."""
        due = when.timestamp()
        self._write("INSERT INTO jobs VALUES (?, ?, ?)", [self._row(func, number, due) for number in numbers])

    def due(self, now):
        """Read what is due."""
        return self.file.execute("SELECT id, body FROM jobs WHERE due <= ?", [now.timestamp()]).fetchall()

    def go(self):
        """Run what is due in groups: two transactions each, that it was begun before, and how it ended after."""
        while rows := self.file.execute(
            "SELECT id, due, body FROM jobs WHERE due <= ? LIMIT ?", [time(), GROUP]
        ).fetchall():
            self.file.execute("BEGIN IMMEDIATE")
            self.file.executemany("UPDATE jobs SET due = NULL WHERE id = ?", [(id,) for id, _, _ in rows])
            self.file.executemany(
                "INSERT INTO runs (job, due, status) VALUES (?, ?, 'scheduled')", [(id, due) for id, due, _ in rows]
            )
            last = self.file.execute("SELECT max(id) FROM runs").fetchone()[0]
            self.file.execute("COMMIT")
            for _, _, body in rows:
                func, number = loads(body)
                func(number)
            self.file.execute("BEGIN IMMEDIATE")
            runs = [(number,) for number in range(last - len(rows) + 1, last + 1)]
            self.file.executemany("UPDATE runs SET status = 'succeeded' WHERE id = ?", runs)
            self.file.executemany("DELETE FROM jobs WHERE id = ?", [(id,) for id, _, _ in rows])
            self.file.execute("COMMIT")

    def _row(self, func, number, due):
        return uuid4().hex, due, dumps((func, number), 5)

    def _write(self, statement, rows):
        self.file.execute("BEGIN IMMEDIATE")
        self.file.executemany(statement, rows)
        self.file.execute("COMMIT")


def fill_bare(path, count, first, due):
    """Fill a file."""
    table = BareSQLite(path, "NORMAL")
    table.open()
    table.add_once(note, 0, due)
    table.add_many(note, range(1, count), first)
    table.close()
