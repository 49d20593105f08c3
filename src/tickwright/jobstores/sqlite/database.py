"""A store's file while it is open: whose turn it is, which process may use it, and transactions."""

from __future__ import annotations

import logging
import os
import sqlite3
import weakref
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Concatenate, ParamSpec, TypeVar

from tickwright.errors import (
    ForkedSchedulerError,
    JobStoreError,
    JobStoreUnavailableError,
    NewerStoreError,
)
from tickwright.jobstores.sqlite.files import Look, identity_of, look_at, remove_companions
from tickwright.jobstores.sqlite.forks import changing, close_copies, is_copy, watch
from tickwright.jobstores.sqlite.opening import connect, open_file
from tickwright.jobstores.sqlite.rescue import fold_in, loss
from tickwright.jobstores.sqlite.schema import STEPS
from tickwright.jobstores.sqlite.troubles import explained, is_damage, is_lock
from tickwright.locks import RLock, unless_held

__all__ = ["Database"]

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("tickwright.jobstores.sqlite")

_opened: weakref.WeakSet[Database] = weakref.WeakSet()
"""What this process has open."""


READING = "BEGIN"
WRITING = "BEGIN IMMEDIATE"

SHORTER = 0.1
"""The part of the timeout for which a call waits, once one has waited for all of it in vain.

A loop that serves other job stores as well waits with this one: a file that is locked for an hour must not hold the
others up at each attempt."""


class _Line:
    """A connection, and the lock of whoever uses it."""

    def __init__(self, sql: sqlite3.Connection, timeout: float) -> None:
        self.sql = sql
        self.lock = RLock()
        self.full_timeout = timeout
        self.timeout = timeout

    def wait_for(self, timeout: float) -> None:
        """Wait for so many seconds where another program has the file locked, from now on."""
        if timeout != self.timeout:
            self.sql.execute(f"PRAGMA busy_timeout = {timeout * 1000:.0f}")
            self.timeout = timeout


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
        self._loss: str | None = None
        short, long, self._seen = self._connect()
        self._short, self._long = _Line(short, timeout), _Line(long, timeout)
        self.locks = (self._short.lock, self._long.lock)
        watch(self)
        _opened.add(self)

    # `work` is a function and not the block of a `with`: what Ctrl-C, or another handler that raises, leaves behind
    # of a context manager in Python keeps its lock for as long as anybody keeps the traceback.

    def write(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `work(sql, ...)`, done in one transaction that has the file to itself: what it checks stays true."""

        def checked(sql: sqlite3.Connection) -> T:
            self._check_version(sql)
            return work(sql, *args, **kwargs)

        return self._transact(self._short, WRITING, checked)

    def read(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `work(sql, ...)`, done in one look at the file: everything that it reads was true at one moment."""
        return self._transact(self._short, READING, lambda sql: work(sql, *args, **kwargs))

    def read_long(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read what may take its time; neither `write` nor `read` waits for it."""
        return self._transact(self._long, READING, lambda sql: work(sql, *args, **kwargs))

    def close(self) -> None:
        """Close the file, after what is being done with it. The last to leave folds the log into it."""
        if is_copy(self):
            return  # it is its parent's to close; what lies here is dealt with when something is opened
        with changing, self._short.lock, self._long.lock:
            _opened.discard(self)
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
        if begin == WRITING or self._loss is not None:
            self._check_files()
        waited: float | None = self.timeout
        try:
            with unless_held(line.lock):
                waited = line.timeout if line.timeout == line.full_timeout else None
                try:
                    line.sql.execute(begin)
                    answer = work(line.sql)
                    self._end(line.sql, begin)
                    if begin == WRITING or line is self._long:  # who only reads waits for no writer, and proves nothing
                        line.wait_for(line.full_timeout)
                except BaseException as error:
                    with suppress(sqlite3.Error):
                        if line.sql.in_transaction:
                            line.sql.execute("ROLLBACK")
                        if is_lock(error):
                            line.wait_for(line.full_timeout * SHORTER)
                    raise
        except sqlite3.Error as error:
            self._check_file()  # SQLite has many words for a file that was taken away
            raise explained(error, self.path, waited) from error
        except UnicodeEncodeError as error:
            raise JobStoreError(f"{error.object!r} is no text that {self.path!r} can hold") from error
        # Afterwards, and not before: either what was committed went into the file that bears the name, or the
        # caller is told that it did not.
        self._check_file()
        return answer

    def _end(self, sql: sqlite3.Connection, begin: str) -> None:
        try:
            sql.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            # A reader that met a damaged page, and went round it, is told so once more; its transaction is over.
            if begin != READING or not is_damage(error) or sql.in_transaction:
                raise

    def _check_version(self, sql: sqlite3.Connection) -> None:
        """Write nothing where a newer version has upgraded the tables while this process had them open."""
        (version,) = sql.execute("PRAGMA user_version").fetchone()
        if version != len(STEPS):
            raise NewerStoreError(
                f"a newer Tickwright has upgraded {self.path!r} (its tables have version {version}, this one "
                f"knows {len(STEPS)}); nothing was written; upgrade Tickwright here and start again"
            )

    # -- the files, which others may move, cut off or delete ---------------------------------------------

    def _connect(self) -> tuple[sqlite3.Connection, sqlite3.Connection, Look]:
        """Return both connections, and how the files are that they lead to."""
        self._real = os.path.realpath(self.path)
        short = open_file(self.path, synchronous=self.synchronous, timeout=self.timeout)
        try:
            long = connect(self.path, timeout=self.timeout)
            long.execute("PRAGMA query_only = ON")
            return short, long, self._look()
        except BaseException:
            short.close()
            raise

    def _check_file(self) -> None:
        """Raise where the path leads to another file by now, or to none: what went into the old one is lost."""
        if self._found(identity_of) == self._seen.file:
            return
        with unless_held(self._short.lock), unless_held(self._long.lock):
            if self._found(identity_of) != self._seen.file:  # no other thread has gone over meanwhile
                remove_companions(self._real, self._seen)
                self._go_over()
                self._loss = None
        raise self._replaced()

    def _check_files(self) -> None:
        """Raise where something was done to the files after which they must be neither read nor written.

        Before each transaction that writes: SQLite goes on with what it has open and in its memory, and what it then
        writes is gone with the process, or does away with what could still be saved. To read does no harm, and every
        scheduler writes every few seconds that it lives.
        """
        seen, now = self._seen, self._look()
        if now.file != seen.file:
            self._check_file()
        elif self._loss is not None:
            raise JobStoreError(self._loss)
        elif seen.has_lost_its_log(now) or seen.is_longer_than(now) or seen.has_a_longer_log_than(now):
            self._save()
        else:
            self._seen = now

    def _save(self) -> None:
        """Save what can be saved; raise where something is missing."""
        # With all that this process has open of the file: SQLite keeps one note of its log for a whole process.
        with unless_held(changing), ExitStack() as locks:
            kin = [one for one in _opened if one._real == self._real and not is_copy(one)]
            for one in kin:
                for lock in one.locks:
                    locks.enter_context(unless_held(lock))
            seen, now = self._seen, self._look()
            loss_found = loss(self._short.sql, self.path, seen, now, self.timeout)
            for one in kin:
                one._loss = loss_found
            if loss_found is not None:
                raise JobStoreError(loss_found)
            if seen.has_lost_its_log(now):
                self._begin_a_new_log(kin, somebody_else_has=now.log not in (None, seen.log))
            else:
                for one in kin:
                    one._seen = now

    def _begin_a_new_log(self, kin: list[Database], *, somebody_else_has: bool) -> None:
        """Go over to a new log where the old one, or its index, has lost its name."""
        if not somebody_else_has and not fold_in(self._short.sql):
            raise JobStoreUnavailableError(
                f"the write-ahead log of {self.path!r} was deleted while it was open, and what is in it cannot be "
                f"written to the file yet; leave the file alone, this is tried again"
            )
        file = self._seen.file
        for one in kin:
            one.close_connections()
        for one in kin:
            one._go_over()
        if self._seen.file != file:
            raise self._replaced()  # just now
        if somebody_else_has:
            raise JobStoreUnavailableError(
                f"the write-ahead log of {self.path!r} was deleted while it was open, and another program has begun a "
                f"new one: what was committed last may be missing; never delete the files beside a database"
            )
        logger.warning(
            "The write-ahead log of %r was deleted while it was open; nothing is lost, because all of it has been "
            "written to the file; never delete the files beside a database",
            self.path,
        )

    def _go_over(self) -> None:
        """Use new connections instead of the old ones."""
        short, long, self._seen = self._connect()
        self.close_connections()
        for line, sql in ((self._short, short), (self._long, long)):
            line.sql, line.timeout = sql, line.full_timeout

    def _look(self) -> Look:
        """Return how the files are now. Raises where the one at the path is gone."""
        return self._found(lambda path: look_at(path, self._real))

    def _found(self, look: Callable[[str], T]) -> T:
        try:
            return look(self.path)
        except OSError as error:
            # Making a new one here would hide that all jobs are gone.
            raise JobStoreUnavailableError(
                f"{self.path!r} was open and is gone ({error.strerror}); put it back, "
                f"or start the scheduler again to begin a new one"
            ) from error

    def _replaced(self) -> JobStoreUnavailableError:
        return JobStoreUnavailableError(
            f"{self.path!r} was replaced by another file while it was open; the last call reached only the old "
            f"one, and the next will use the new one"
        )
