"""What SQLite complains of, as errors that say what happened, to which file, and what to do."""

from __future__ import annotations

import os
import sqlite3
import stat

from tickwright.errors import JobStoreError, JobStoreUnavailableError

__all__ = ["explained", "explained_os", "is_damage", "is_lock", "obstacle"]


def explained(error: sqlite3.Error, path: str, timeout: float | None) -> JobStoreError:
    """Return the error to raise for `error`, which came while the store's file was used.

    `timeout`: for how many seconds a lock was waited for; None where it was not waited for all of the time.

    What may be better the next time is a `JobStoreUnavailableError`: the loop backs off and comes again.
    """
    match _code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED if timeout is None:
            return JobStoreUnavailableError(
                f"{path!r} is still locked by another program ({error}); see which programs have it open"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return JobStoreUnavailableError(
                f"{path!r} was locked by another program for {timeout:g} s ({error}); "
                f"see which programs have it open, or give the job store a longer timeout="
            )
        case sqlite3.SQLITE_FULL:
            return JobStoreUnavailableError(
                f"the disk of {path!r} is full ({error}); nothing was written; make room there"
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            advice = obstacle(path) or "let this user write the file and its folder"
            return JobStoreUnavailableError(f"{path!r} cannot be written ({error}): {advice}")
        case sqlite3.SQLITE_CANTOPEN:
            advice = obstacle(path) or "let this user read and write the file and its folder"
            return JobStoreUnavailableError(f"{path!r} cannot be opened ({error}): {advice}")
        case sqlite3.SQLITE_IOERR:
            return JobStoreUnavailableError(
                f"{path!r} cannot be read or written ({error}); look at its disk, and at the system's log"
            )
        case sqlite3.SQLITE_NOTADB:
            return JobStoreError(f"{path!r} is no SQLite database ({error}), and was not touched; name another file")
        case sqlite3.SQLITE_CORRUPT:
            return JobStoreError(
                f"{path!r} is damaged ({error}); move a backup into its place, or a copy of what can be saved, made "
                f"with the command .recover of the sqlite3 shell: it is used as soon as it is there"
            )
        case sqlite3.SQLITE_TOOBIG:
            return JobStoreError(
                f"something is too large for a row of {path!r} ({error}); keep it in a file of its own, "
                f"and give the job the path"
            )
        case _:
            return JobStoreError(f"{path!r} did not do what was asked ({type(error).__name__}: {error})")


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether a part of the file makes no sense."""
    return _code(error) == sqlite3.SQLITE_CORRUPT


def is_lock(error: BaseException) -> bool:
    """Return whether another program kept the file locked for longer than a call waits."""
    return isinstance(error, sqlite3.Error) and _code(error) == sqlite3.SQLITE_BUSY


def explained_os(error: OSError, path: str) -> JobStoreError:
    """Return the error to raise where the file can be neither made nor looked into."""
    advice = obstacle(path) or "name a file that this user can make, read and write"
    return JobStoreUnavailableError(f"{path!r} cannot be opened ({error.strerror}): {advice}")


def obstacle(path: str) -> str | None:
    """Return what stands in the way of writing `path`, and what to do, as far as the file system tells."""
    try:
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            return f"there is no folder {folder!r}; make it first"
        if os.path.islink(path) and not os.path.exists(path):
            return f"it is a link to {os.readlink(path)!r}, which is not there; make that, or remove the link"
        if os.path.isdir(path):
            return "it is a folder; name a file in it"
        if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
            return "it is not a regular file; name another"
        real = os.path.realpath(path)  # beside which SQLite keeps the others
        if not _may_write(folder := os.path.dirname(real)):
            return (
                f"its folder {folder!r} cannot be written by this user, and SQLite keeps other files beside it; "
                f"let it, or name a file in another folder"
            )
        for file in (real, f"{real}-wal", f"{real}-shm"):
            if os.path.exists(file) and not _may_write(file):
                return f"{os.path.basename(file)!r} cannot be written by this user; let it, or name another file"
    except OSError:
        return None
    return None


def _code(error: sqlite3.Error) -> int:
    # The higher bits say more exactly the same. Errors of the module itself have no code.
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _may_write(path: str) -> bool:
    # For the user that the process acts as, which need not be the one that started it.
    return os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids)
