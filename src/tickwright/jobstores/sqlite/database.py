"""A store's file while it is open: whose turn it is, which process may use it, and transactions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from tickwright.errors import (
    ForkedSchedulerError,
    JobStoreError,
    JobStoreUnavailableError,
    NewerStoreError,
)
from tickwright.jobstores.sqlite.forks import close_copies, is_copy, watch
from tickwright.jobstores.sqlite.opening import connect, open_file
from tickwright.jobstores.sqlite.schema import STEPS
from tickwright.jobstores.sqlite.troubles import explained
from tickwright.locks import RLock, unless_held

__all__ = ["Database"]

P = ParamSpec("P")
T = TypeVar("T")


class _Line:
    """A connection, and the lock of whoever uses it."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self.sql = sql
        self.lock = RLock()


class Database:
    """Two connections to one file, each for one thread at a time.

    One does what is short, all writing among it. The other reads what is long, so that a user who lists a
    hundred thousand jobs does not keep the scheduler from its next fire time.

    The locks are held for SQL alone. Serialising and loading run the user's code: before them, or after.
    """

    def __init__(self, path: str, *, synchronous: str, timeout: float) -> None:
        self.path = path
        self.synchronous = synchronous
        self.timeout = timeout
        self.process = os.getpid()
        close_copies(path)
        short, long, self._identity = self._connect()
        self._short, self._long = _Line(short), _Line(long)
        self.locks = (self._short.lock, self._long.lock)
        watch(self)

    # `work` is a function and not the block of a `with`: what Ctrl-C, or another handler that raises, leaves behind
    # of a context manager in Python keeps its lock for as long as anybody keeps the traceback.

    def write(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `work(sql, ...)`, done in one transaction that has the file to itself: what it checks stays true."""

        def checked(sql: sqlite3.Connection) -> T:
            self._check_version(sql)
            return work(sql, *args, **kwargs)

        return self._transact(self._short, "BEGIN IMMEDIATE", checked)

    def read(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `work(sql, ...)`, done in one look at the file: everything that it reads was true at one moment."""
        return self._transact(self._short, "BEGIN", lambda sql: work(sql, *args, **kwargs))

    def read_long(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read what may take its time; neither `write` nor `read` waits for it."""
        return self._transact(self._long, "BEGIN", lambda sql: work(sql, *args, **kwargs))

    def close(self) -> None:
        """Close the file, after what is being done with it. The last to leave folds the log into it."""
        if is_copy(self):
            return  # it is its parent's to close; what lies here is dealt with when something is opened
        with self._short.lock, self._long.lock:
            self.close_connections()

    def close_connections(self) -> None:
        """Close both, whoever uses them. `close` is the one to call."""
        for line in (self._long, self._short):
            with suppress(sqlite3.Error):
                line.sql.close()

    def _transact(self, line: _Line, begin: str, work: Callable[[sqlite3.Connection], T]) -> T:
        if is_copy(self):
            raise ForkedSchedulerError(
                f"this process is a fork of the one that opened {self.path!r}, and SQLite's connections do "
                f"not survive a fork; make a scheduler and a job store of its own after the fork"
            )
        try:
            with unless_held(line.lock):
                try:
                    line.sql.execute(begin)
                    answer = work(line.sql)
                    line.sql.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        if line.sql.in_transaction:
                            line.sql.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            self._check_file()  # SQLite has many words for a file that was taken away
            raise explained(error, self.path, self.timeout) from error
        except UnicodeEncodeError as error:
            raise JobStoreError(f"{error.object!r} is no text that {self.path!r} can hold") from error
        # Afterwards, and not before: either what was committed went into the file that bears the name, or the
        # caller is told that it did not.
        self._check_file()
        return answer

    def _check_version(self, sql: sqlite3.Connection) -> None:
        """Write nothing where a newer version has upgraded the tables while this process had them open."""
        (version,) = sql.execute("PRAGMA user_version").fetchone()
        if version != len(STEPS):
            raise NewerStoreError(
                f"a newer Tickwright has upgraded {self.path!r} (its tables have version {version}, this one "
                f"knows {len(STEPS)}); nothing was written; upgrade Tickwright here and start again"
            )

    # -- the file, which others may move -------------------------------------------------------------

    def _connect(self) -> tuple[sqlite3.Connection, sqlite3.Connection, tuple[int, int]]:
        """Return both connections, and what tells the file they lead to from every other."""
        short = open_file(self.path, synchronous=self.synchronous, timeout=self.timeout)
        try:
            long = connect(self.path, timeout=self.timeout)
            long.execute("PRAGMA query_only = ON")
            return short, long, self._found()
        except BaseException:
            short.close()
            raise

    def _check_file(self) -> None:
        """Raise where the path leads to another file by now, or to none: what went into the old one is lost."""
        if self._found() == self._identity:
            return
        with unless_held(self._short.lock), unless_held(self._long.lock):
            if self._found() != self._identity:  # no other thread has gone over meanwhile
                short, long, self._identity = self._connect()
                self.close_connections()
                self._short.sql, self._long.sql = short, long
        raise JobStoreUnavailableError(
            f"{self.path!r} was replaced by another file while it was open; the last call reached only the old "
            f"one, and the next will use the new one"
        )

    def _found(self) -> tuple[int, int]:
        """Return what tells the file that is at the path now from every other."""
        try:
            found = os.stat(self.path)
        except OSError as error:
            # Making a new one here would hide that all jobs are gone.
            raise JobStoreUnavailableError(
                f"{self.path!r} was open and is gone ({error.strerror}); put it back, "
                f"or start the scheduler again to begin a new one"
            ) from error
        return found.st_dev, found.st_ino
