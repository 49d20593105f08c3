"""Opens a store's file: makes it where there is none, for its owner alone, and never takes a wrong one."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock

from tickwright.errors import ConfigurationError, JobStoreError, JobStoreUnavailableError
from tickwright.jobstores.sqlite.aside import make_list
from tickwright.jobstores.sqlite.schema import STEPS, upgrade, version_of
from tickwright.jobstores.sqlite.troubles import explained, explained_os, obstacle

__all__ = ["absolute", "connect", "open_file"]

logger = logging.getLogger("tickwright.jobstores.sqlite")

SMALLEST = 512
"""Bytes of the smallest database; a file with less in it SQLite would take for an empty one, and overwrite."""

PRIVATE = 0o600
"""Only the owner reads and writes: whoever can write a file of pickles can run code where it is read."""

PAGE = 2048
"""Bytes of a page of a new file. A commit writes whole pages to the log, and what one job changes lies on four of them:
half of SQLite's own size makes `add_job` a tenth quicker."""

NEWBORN = 5.0
"""Seconds within which an empty file is one that another process is making, and not one that was emptied."""

_making = Lock()


def absolute(path: str | os.PathLike[str]) -> str:
    """Return the path from the root, as it is now. Raises `ConfigurationError` for what names no file."""
    given: object = os.fspath(path)
    if not isinstance(given, str) or given in ("", ":memory:") or "\0" in given:
        raise ConfigurationError(
            f"path is {given!r}, which names no file; name one, or use MemoryJobStore to keep nothing"
        )
    return os.path.abspath(given)


def open_file(path: str, *, synchronous: str, timeout: float) -> sqlite3.Connection:
    """Return a connection to the store's file, with tables of today's version.

    A file that is not there is made with mode 0600, whatever the umask; SQLite gives its companions (`-wal`
    and `-shm`) the same. The mode of a file that is there is its owner's decision and stays, and companions
    that others may use more freely than the file follow it. An empty file is taken as new, and the log says so
    where it is not young; one with a write-ahead log beside it is refused.

    Raises a `JobStoreError` for what is no store of ours, and leaves it as it was.
    """
    is_new = _make(path)
    _check(path)
    _close_companions(path)
    sql = connect(path, timeout=timeout)
    try:
        # Reading comes first: what is not ours, or too new, must be refused before it is written.
        sql.execute("BEGIN")
        version = version_of(sql, path)
        sql.execute("COMMIT")
        since = os.stat(path).st_mtime
        if not _writes_ahead(sql) and _set_up(path, timeout) and not is_new and _was_old(path, since):
            logger.warning(
                "%r was empty and is a new job store now; if it had jobs in it, put a backup in its place", path
            )
        if version < len(STEPS):
            sql.execute("BEGIN IMMEDIATE")
            upgrade(sql, path)  # looks at the version again: another process may have been faster
            sql.execute("COMMIT")
        sql.execute(f"PRAGMA synchronous = {synchronous}")
        sql.execute("PRAGMA temp_store = MEMORY")
        make_list(sql)
    except BaseException as error:
        _close(sql)
        if isinstance(error, sqlite3.Error):
            raise explained(error, path, timeout) from error
        if isinstance(error, OSError):
            raise explained_os(error, path) from error
        raise
    _warn_if_open_to_all(path)
    return sql


def connect(path: str, *, timeout: float) -> sqlite3.Connection:
    """Return a connection to a file that is there, for any thread, one at a time."""
    try:
        sql = sqlite3.connect(
            # As a URI, for `mode=rw`: a file that vanished just now must not be made anew with any other
            # mode. `as_uri` quotes what a path may hold and a URI may not, such as `?`, `#` and `%`.
            f"{Path(path).as_uri()}?mode=rw",
            uri=True,
            timeout=timeout,
            isolation_level=None,  # transactions are begun and ended by name
            check_same_thread=False,
            cached_statements=256,
        )
    except sqlite3.Error as error:
        raise explained(error, path, timeout) from error
    # Damaged text must not keep the rows beside it from being read.
    sql.text_factory = partial(str, encoding="utf-8", errors="replace")
    return sql


def _make(path: str) -> bool:
    """Make an empty file that only its owner reads and writes, where there is none; return whether there was none."""
    # One thread at a time. To close any descriptor of a file takes away all locks that this process has on it, those
    # of SQLite too: nobody may open the file before this descriptor is closed, and afterwards no file of a
    # store is ever opened but by SQLite.
    with _making:
        try:
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE)
        except FileExistsError:
            return False
        except OSError as error:
            raise explained_os(error, path) from error
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(file, PRIVATE)  # a umask may have taken away the owner's own bits, too
        finally:
            os.close(file)
    with suppress(OSError):  # where a folder can be synced, the file's name survives a power failure
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True


def _check(path: str) -> None:
    """Refuse what SQLite would not: it opens for reading what it may not write, and overwrites what is small."""
    try:
        found = os.stat(path)
    except OSError as error:
        raise explained_os(error, path) from error
    if (advice := obstacle(path)) is not None:
        raise JobStoreUnavailableError(f"{path!r} cannot be opened: {advice}")
    if 0 < found.st_size < SMALLEST:
        raise JobStoreError(
            f"{path!r} is no SQLite database, or one of which {found.st_size} bytes are left, and was not touched; "
            f"put a backup in its place, or name another file"
        )
    # The log first, and then the file: another process that is just making both has written the file before.
    if found.st_size == 0 and _has_log(path) and os.path.getsize(path) == 0:
        # SQLite would take it for a new one, and delete the log, which may be all that is left of it.
        raise JobStoreError(
            f"{path!r} is empty, and beside it is the write-ahead log of a database: its content is gone. Nothing was "
            f"touched; put a backup in its place and remove the log, or remove both to begin a new job store"
        )


def _has_log(path: str) -> bool:
    try:
        return os.path.getsize(f"{os.path.realpath(path)}-wal") > 0
    except OSError:
        return False


def _set_up(path: str, timeout: float) -> bool:
    """Give a new file its tables and its write-ahead log, while nobody else looks into it; return whether it had none.

    Others wait for a file that is locked, but SQLite does not wait with the change to a write-ahead log: it fails
    where another process so much as reads. So this one takes the file to itself, and keeps it until it is done.
    """
    sql = connect(path, timeout=timeout)
    try:
        sql.execute(f"PRAGMA page_size = {PAGE}")  # that of a file with anything in it stays
        sql.execute("BEGIN EXCLUSIVE")
        if _writes_ahead(sql):  # another process was faster
            return False
        is_empty = version_of(sql, path) == 0
        upgrade(sql, path)
        sql.execute("PRAGMA locking_mode = EXCLUSIVE")
        sql.execute("COMMIT")
        sql.execute("PRAGMA journal_mode = WAL")
        if not _writes_ahead(sql):
            raise sqlite3.OperationalError("its file system has no write-ahead log")
        return is_empty
    finally:
        _close(sql)


def _was_old(path: str, since: float) -> bool:
    """Return whether a file that was just written had been as it was for long: not made by another just now.

    Both times are the file system's own; nobody's clock is read.
    """
    return os.stat(path).st_mtime - since > NEWBORN


def _writes_ahead(sql: sqlite3.Connection) -> bool:
    (mode,) = sql.execute("PRAGMA journal_mode").fetchone()
    return bool(mode == "wal")


def _close(sql: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        if sql.in_transaction:
            sql.execute("ROLLBACK")
    sql.close()


def _close_companions(path: str) -> None:
    """Take from companions that a killed process left behind the rights that the file does not give.

    What lies in the write-ahead log is in the file. Where the file's mode was mended and the log's was not, everybody
    could still write. And one that another user made, where only the owner can write the file, was put there for us.
    """
    if os.name != "posix":
        return
    real = os.path.realpath(path)  # beside which SQLite keeps the others
    with suppress(OSError):
        file = os.stat(real)
        mode = stat.S_IMODE(file.st_mode)
        for companion in (f"{real}-wal", f"{real}-shm", f"{real}-journal"):
            with suppress(FileNotFoundError):
                found = os.lstat(companion)
                if found.st_uid not in (file.st_uid, 0) and not mode & (stat.S_IWGRP | stat.S_IWOTH):
                    raise JobStoreUnavailableError(
                        f"{path!r} cannot be opened: {companion!r} belongs to another user (uid {found.st_uid}), who "
                        f"has no right to write the file itself; remove it, and keep the file where nobody else can "
                        f"put something beside it"
                    )
                if stat.S_ISREG(found.st_mode) and stat.S_IMODE(found.st_mode) & ~mode:
                    os.chmod(companion, mode)  # by its name: to open it would take SQLite's locks away


def _warn_if_open_to_all(path: str) -> None:
    """Warn of who else can write the file, and thereby say what is run here."""
    if os.name != "posix":
        return
    real = os.path.realpath(path)
    with suppress(OSError):
        file, folder = os.stat(real), os.stat(os.path.dirname(real))
        if file.st_mode & stat.S_IWOTH:
            logger.warning(
                "%r can be written by every user of this machine, who thereby decides what runs here; chmod 600 it",
                path,
            )
        elif folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX:
            logger.warning(
                "the folder of %r can be written by every user of this machine, who can put another file in its place; "
                "keep it in a folder of its own, and chmod 700 that",
                path,
            )
        if file.st_uid not in (os.geteuid(), 0):
            logger.warning(
                "%r belongs to another user (uid %d), who thereby decides what runs here; chown it", path, file.st_uid
            )
