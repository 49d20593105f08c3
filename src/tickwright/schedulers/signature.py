"""Checks that a job's function takes the arguments that the job has for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

from tickwright.errors import InvalidJobError
from tickwright.stored_job import StoredJob

if TYPE_CHECKING:
    from inspect import Signature

__all__ = ["check_arguments"]


def check_arguments(job: StoredJob) -> None:
    """Raise `InvalidJobError` where `func(*args, **kwargs)` could not even be called.

    A callable that does not tell its signature, as some written in C, is taken on trust.
    """
    signature = _signature_of(job.func)
    if signature is None:
        return
    try:
        signature.bind(*job.args, **job.kwargs)
    except TypeError as error:
        raise InvalidJobError(
            f"job {job.id!r}: {job.name}{signature} cannot be called with args={job.args!r} and "
            f"kwargs={job.kwargs!r}: {error}"
        ) from None


def _signature_of(func: Callable[..., Any]) -> Signature | None:
    # Only functions are remembered: a method would keep its object alive, and not every callable can be hashed.
    return _remembered(func) if isinstance(func, FunctionType) else _read(func)


# Reading a signature costs more than all the rest of add_job, and applications add many jobs of few functions.
@lru_cache(maxsize=512)
def _remembered(func: Callable[..., Any]) -> Signature | None:
    return _read(func)


def _read(func: Callable[..., Any]) -> Signature | None:
    # Here, because `inspect` would be a third of the time that `import tickwright` takes.
    from inspect import signature

    try:
        return signature(func)
    except (TypeError, ValueError):
        return None
