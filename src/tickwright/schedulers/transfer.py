"""Jobs in a file: written by one scheduler, read by another."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TextIO

from tickwright.errors import JobStoreError, NewerStoreError, shortened
from tickwright.jobstores.body import pack_job, unpack_job
from tickwright.serializers import PickleSerializer, Serializer
from tickwright.stored_job import Schedule, StoredJob

__all__ = ["FORMAT_VERSION", "read_jobs", "write_jobs"]

FORMAT_VERSION = 1

PRIVATE = 0o600
"""Only the owner reads and writes: the arguments of jobs are in it, and where it is read, it can run code."""

SCHEDULE = ("next_fire_time", "next_run_time", "paused")


def write_jobs(outfile: str | TextIO, jobs: Iterable[StoredJob], serializer: Serializer | None = None) -> int:
    """Write jobs with their schedules as JSON; what makes up a job itself is serialised in it. Return how many.

    A new file is its owner's alone (mode 0600), whatever the umask; that of one which is there stays.
    """
    _check_file(outfile, "write")
    written = [_to_json(job, serializer or PickleSerializer()) for job in jobs]
    text = json.dumps({"tickwright_jobs": FORMAT_VERSION, "jobs": written}, indent=2)
    if isinstance(outfile, (str, os.PathLike)):
        with open(outfile, "w", encoding="utf-8", opener=_open_private) as file:
            file.write(text + "\n")
    else:
        outfile.write(text + "\n")
    return len(written)


def _open_private(path: str, flags: int) -> int:
    try:
        file = os.open(path, flags | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        return os.open(path, flags, PRIVATE)
    if hasattr(os, "fchmod"):
        os.fchmod(file, PRIVATE)  # a umask may have taken away the owner's own bits, too
    return file


def read_jobs(infile: str | TextIO, serializer: Serializer | None = None) -> list[StoredJob]:
    """Return the jobs of such a file, which was written with this serializer.

    Raises `JobStoreError` where it is none, `UnreadableJobError` where a job in it cannot be loaded here.
    """
    _check_file(infile, "read")
    shown = repr(str(infile)) if isinstance(infile, (str, os.PathLike)) else "the file"
    try:
        content = json.loads(_text_of(infile))
        version = int(content["tickwright_jobs"])
        if version > FORMAT_VERSION:
            raise NewerStoreError(f"{shown} is of format {version}; this version reads up to {FORMAT_VERSION}")
        return [_from_json(job, serializer or PickleSerializer()) for job in content["jobs"]]
    except (ValueError, TypeError, KeyError) as error:
        raise JobStoreError(f"{shown} was not written by export_jobs, or changed since: {error!r}") from error


def _check_file(file: object, verb: str) -> None:
    if not isinstance(file, (str, os.PathLike)) and not hasattr(file, verb):
        raise TypeError(f"give the path of a file or an open text file, not {shortened(file)}")


def _text_of(infile: str | TextIO) -> str:
    if not isinstance(infile, (str, os.PathLike)):
        return infile.read()
    with open(infile, encoding="utf-8") as file:
        return file.read()


def _to_json(job: StoredJob, serializer: Serializer) -> dict[str, Any]:
    schedule = job.schedule
    entry = {
        "id": job.id,
        "name": job.name,
        "executor": job.executor,
        "trigger": str(job.trigger),
        "next_fire_time": _time_to_json(schedule.next_fire_time),
        "next_run_time": _time_to_json(schedule.next_run_time),
        "paused": schedule.paused,
    }
    return {**entry, "body": b64encode(pack_job(job, _for_entry(entry, serializer))).decode()}


def _for_entry(entry: dict[str, Any], serializer: Serializer) -> Serializer:
    """Return the serializer whose signature covers the schedule as well, and is good in no job store."""
    return serializer.within("export", json.dumps([entry[name] for name in SCHEDULE]))


def _from_json(entry: dict[str, Any], serializer: Serializer) -> StoredJob:
    fire_time = _time_from_json(entry["next_fire_time"])
    schedule = Schedule(
        next_fire_time=fire_time,
        # A job that was held for a run of another scheduler has none to wait for here: it is due.
        next_run_time=_time_from_json(entry["next_run_time"]) or (None if entry["paused"] else fire_time),
        paused=entry["paused"],
    )
    body = b64decode(entry["body"])
    there = _for_entry(entry, serializer)
    return unpack_job(body, there, job_id=entry["id"], executor=entry["executor"], schedule=schedule)


def _time_to_json(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time_from_json(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
