"""Who this process is, told so that others on the same machine can know for certain when it is gone."""

from __future__ import annotations

import os

from tickwright.owner import Owner

__all__ = ["is_dead", "retire", "this_owner"]

_working: set[str] = set()
"""The ids of the owners of this process whose loops have not ended."""


def this_owner() -> Owner:
    """Return a new owner in this process, which lives until it is retired."""
    pid = os.getpid()
    owner = Owner(id=os.urandom(16).hex(), host=_host(), pid=pid, process=_identity(pid))
    _working.add(owner.id)
    return owner


def retire(owner: Owner) -> None:
    """Note that an owner's loop has ended. It gives up its leases itself, but cannot where a store is out."""
    _working.discard(owner.id)


def is_dead(owner: Owner) -> bool:
    """Return whether the owner's process ran on this machine, where this one can see it, and is gone.

    Or it is this very process, and the owner's loop has ended. False means "not known": its lease then decides.
    """
    if not owner.process or owner.host != _host():
        return False
    own = _identity(os.getpid())
    # Two processes that were started in the same clock tick differ in nothing but their pid.
    if (owner.pid, owner.process) == (os.getpid(), own):
        return owner.id not in _working
    place, _, _ = owner.process.rpartition("/")
    own_place, _, _ = own.rpartition("/")
    # The same boot of the same machine and the same pid namespace: a container with the same host name and another
    # one's pid 7 must not be taken for each other.
    return place == own_place and _identity(owner.pid) not in ("", owner.process)


def _host() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import socket  # on Windows, which needs it for more than this name

    return socket.gethostname()


def _identity(pid: int) -> str:
    """Return boot, pid namespace and start of a process, from proc(5); "" where there is no such file system.

    For a pid that is not in use, the start is 0. What cannot be read says nothing: the answer is "" then too.
    """
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return ""  # it is another namespace's, as in a container without one of its own: its pid 7 is somebody else
        boot = _read("/proc/sys/kernel/random/boot_id").strip()
        namespace = os.readlink("/proc/self/ns/pid")
        return f"{boot}/{namespace}/{_start_of(pid)}"
    except OSError:
        return ""


def _start_of(pid: int) -> int:
    """Return when a process started, in clock ticks since boot (field 22 of /proc/PID/stat); 0 if it is gone."""
    try:
        stat = _read(f"/proc/{pid}/stat")
    except (FileNotFoundError, ProcessLookupError):
        _check_that_it_is_gone(pid)
        return 0
    # The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
    fields = stat.rpartition(")")[2].split()
    is_zombie = fields[0] in ("Z", "X")
    return 0 if is_zombie else int(fields[19])


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _check_that_it_is_gone(pid: int) -> None:
    """Raise `OSError` if a process lives although /proc does not show it, as where others' processes are hidden."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return
    raise PermissionError(f"process {pid} is there, and hidden")
