"""The ids and aliases that calls are given: texts, and not the jobs, runs or job stores themselves."""

from __future__ import annotations

from tickwright.errors import shortened
from tickwright.job import Job
from tickwright.run import Run

__all__ = ["check_alias", "check_job_id", "check_run_id", "instead_of_job_id"]


def check_job_id(value: object) -> None:
    """Raise `TypeError` where something else stands for the id of a job."""
    if not isinstance(value, str):
        raise TypeError(f"job_id must be the id of a job, a text, not {shortened(value)}{instead_of_job_id(value)}")


def check_run_id(value: object) -> None:
    """Raise `TypeError` where something else stands for the id of a run."""
    if not isinstance(value, str):
        hint = ""
        if isinstance(value, Run):
            hint = "; give run.id"
        elif isinstance(value, Job):
            hint = "; a job has many runs: get_runs(job.id) has their ids"
        raise TypeError(f"run_id must be the id of a run, a text, not {shortened(value)}{hint}")


def check_alias(value: object, *, of_job: str | None = None) -> None:
    """Raise `TypeError` where something else stands for the alias of a job store, or for None, which is all of them.

    The job store `of_job`, one that is added, is one of them.
    """
    if isinstance(value, str) or (value is None and of_job is None):
        return
    shown = "" if of_job is None else f"job {of_job!r}: "
    raise TypeError(f"{shown}jobstore must be the alias of a job store, a text, not {shortened(value)}")


def instead_of_job_id(value: object) -> str:
    """Return what to give in place of a value that is no id, as the end of a sentence; "" where that is not clear."""
    if isinstance(value, Job):
        return "; give job.id"
    if isinstance(getattr(value, "job_id", None), str):  # a run, an event, an unreadable job
        return "; give its job_id"
    return ""
