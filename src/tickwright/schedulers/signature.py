"""Checks that a job's function takes the arguments that the job has for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
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
    if _is_known_to_be_taken(job):
        return
    signature = _read(job.func)
    if signature is None:
        return
    try:
        signature.bind(*job.args, **job.kwargs)
    except TypeError as error:
        raise InvalidJobError(
            f"job {job.id!r}: {job.name}{signature} cannot be called with args={job.args!r} and "
            f"kwargs={job.kwargs!r}: {error}"
        ) from None


def _is_known_to_be_taken(job: StoredJob) -> bool:
    # Only functions are remembered: a method would keep its object alive, and not every callable can be hashed. The
    # function of a method takes what the method takes, and the object in front.
    func, count = job.func, len(job.args)
    if isinstance(func, MethodType):
        func, count = func.__func__, count + 1
    is_function = isinstance(func, FunctionType) or (
        isinstance(func, BuiltinFunctionType) and isinstance(func.__self__, ModuleType)
    )
    return is_function and _takes(func, count, tuple(job.kwargs))


# Reading a signature costs more than all the rest of add_job, binding it as much as half of it, and applications add
# many jobs of few functions. Whether arguments are taken depends on how many there are and on their names.
@lru_cache(maxsize=1_024)
def _takes(func: Callable[..., Any], count: int, names: tuple[str, ...]) -> bool:
    signature = _read(func)
    if signature is None:
        return False
    try:
        signature.bind(*(None,) * count, **dict.fromkeys(names))
    except TypeError:
        return False
    return True


def _read(func: Callable[..., Any]) -> Signature | None:
    # Here, because `inspect` would be a third of the time that `import tickwright` takes.
    from inspect import signature

    try:
        return signature(func)
    except (TypeError, ValueError):
        return None
