"""The body of a stored job: its definition as bytes, for every store that cannot keep the objects themselves.

A body is a plain list, put through a `Serializer`:

    [2, "shop.tasks:send", ["i", {"h": 1, "b": 1795669549263687}], (7,), {"max_instances": 3}]

Its version, the function, the trigger (`trigger_code` has its short names), the positional arguments, and where there
is any, what is not as in most jobs. It holds what only the user changes. The id, the executor and what firing changes
are columns beside it, so that rescheduling never touches a body. A serializer that signs covers the id and the
executor, which only the user changes too: a body is good for no other job.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from tickwright.errors import (
    InvalidJobError,
    InvalidReferenceError,
    UnreadableJobError,
    UnstorableValueError,
    described,
    shortened,
)
from tickwright.interrupts import is_ctrl_c
from tickwright.jobstores.trigger_code import read_trigger, written_trigger
from tickwright.policies import UNSET, OnLost
from tickwright.reference import Reference, make_reference, shared_reference
from tickwright.serializers import Serializer
from tickwright.stored_job import Schedule, StoredJob
from tickwright.triggers.base import Trigger

__all__ = ["BODY_VERSION", "pack_job", "unpack_job"]

BODY_VERSION = 2

# A body leaves out what is so for most jobs. The values belong to the version of the body and not to `StoredJob`:
# when a default changes there, the bodies on disk still mean what they meant. A job without a name of its own is
# called as its function is.
LEFT_OUT: Mapping[str, Any] = {
    "bound_to": UNSET,
    "partial_args": (),
    "partial_kwargs": {},
    "kwargs": {},
    "misfire_grace_time": None,
    "coalesce": True,
    "max_instances": 1,
    "on_lost": "record",
}
PLAIN = tuple(LEFT_OUT.values())[1:]

State = dict[str, Any]

KINDS: Mapping[str, type | tuple[type, ...]] = {
    "func": str,
    "trigger": Trigger,
    "partial_args": tuple,
    "partial_kwargs": dict,
    "args": tuple,
    "kwargs": dict,
    "name": str,
    "misfire_grace_time": (int, float, type(None)),
    "coalesce": bool,
    "max_instances": int,
    "on_lost": str,
}


def _from_fields(fields: State) -> list[Any]:
    """Return the second version of the first: a dict, in which a job without a name had an empty one."""
    others = {"name": "", **fields}
    del others["version"]
    return [2, others.pop("func"), others.pop("trigger"), others.pop("args", ()), others]


# One step for each older version: from its record to that of the next version.
UPGRADES: Mapping[int, Callable[[Any], Any]] = {1: _from_fields}


def pack_job(job: StoredJob, serializer: Serializer) -> bytes:
    """Return the body of `job`.

    Raises `InvalidJobError` where it cannot be stored, naming the part that is in the way and what to do.
    """
    serializer = serializer.within("job", job.id, job.executor)
    reference = _reference_of(job)
    try:
        serializer.check_reference(reference)
    except Exception as error:  # border: the serializer may be the user's
        raise _unstorable(job, f"its function: {described(error)}") from error
    try:
        return serializer.dumps(_record_of(job, reference))
    except Exception as error:  # border: serialising calls the user's code, such as __getstate__
        what = _culprit(job, reference, serializer) or f"the whole of it cannot be serialised ({described(error)})"
        raise _unstorable(
            job,
            f"{what}; give the job what can be written down, such as a path, an id or a plain value, and open or look "
            f"up the rest when it runs",
        ) from error


def unpack_job(data: bytes, serializer: Serializer, *, job_id: str, executor: str, schedule: Schedule) -> StoredJob:
    """Return the job of this body and these columns.

    Raises `UnreadableJobError` where it cannot be loaded here, whatever the reason.
    """
    try:
        serializer = serializer.within("job", job_id, executor)
        state = _checked(_state_of(_upgraded(serializer.loads(data))))
        reference = _reference_in(state)
        serializer.check_reference(reference)  # before its module is imported
        return StoredJob(
            id=job_id,
            func=reference.resolve(),
            reference=reference,
            trigger=state["trigger"],
            args=state["args"],
            kwargs=dict(state["kwargs"]),
            name=state["name"],
            executor=executor,
            misfire_grace_time=state["misfire_grace_time"],
            coalesce=state["coalesce"],
            max_instances=state["max_instances"],
            on_lost=OnLost(state["on_lost"]),
            schedule=schedule,
        )
    except BaseException as error:
        # border: this imports modules and calls __setstate__, all of it the user's. A module that was
        # written as a script may even call sys.exit() when it is imported.
        if is_ctrl_c(error):
            raise
        raise UnreadableJobError(f"job {job_id!r} cannot be loaded here: {described(error)}") from error


def _reference_of(job: StoredJob) -> Reference:
    if job.reference is not None:
        return job.reference
    try:
        return make_reference(job.func)
    except InvalidReferenceError as error:
        raise _unstorable(job, f"its function has no lasting name: {error}") from error


def _unstorable(job: StoredJob, why: str) -> InvalidJobError:
    return InvalidJobError(f"job {job.id!r} cannot be stored: {why}", job_id=job.id)


def _record_of(job: StoredJob, reference: Reference) -> list[Any]:
    record = [BODY_VERSION, reference.name, written_trigger(job.trigger), job.args]
    values = (
        reference.args,
        reference.kwargs,
        job.kwargs,
        job.misfire_grace_time,
        job.coalesce,
        job.max_instances,
        job.on_lost.value,
    )
    # A tuple or a dict of another length is unequal before any of its items is asked, and the object of a
    # method is compared with nothing: no __eq__ of the user's is called here.
    others: State = {}
    if reference.bound_to is not UNSET:
        others["bound_to"] = reference.bound_to
    if values != PLAIN:
        chosen = zip(tuple(LEFT_OUT)[1:], values, PLAIN, strict=True)
        others |= {key: _own(value) for key, value, plain in chosen if value != plain}
    if job.name != _name_of(reference.name):
        others["name"] = job.name
    return [*record, others] if others else record


def _own(value: Any) -> Any:
    """Return a mapping as a plain dict, and anything else as it is."""
    return dict(value) if isinstance(value, Mapping) else value


def _name_of(func: str) -> str:
    """Return the name of a function, as its module calls it."""
    return func.rpartition(":")[2]


def _upgraded(record: Any) -> list[Any]:
    """Return the record in today's version."""
    while (version := _version_of(record)) != BODY_VERSION:
        if version not in UPGRADES:
            raise ValueError(
                f"its record has version {version!r} and this Tickwright reads up to {BODY_VERSION}; "
                f"a newer one wrote it, so run that one here too"
            )
        record = UPGRADES[version](record)
    return cast("list[Any]", record)


def _version_of(record: Any) -> int:
    version: Any = None
    if type(record) is list:
        version = next(iter(record), None)
    elif type(record) is dict:
        version = record.get("version")
    if type(version) is not int:
        raise TypeError(f"{shortened(record)} is no record of a job")
    return version


def _state_of(record: list[Any]) -> State:
    """Return all that a record says, by its names."""
    _, func, trigger, args, *others = record
    return {
        **LEFT_OUT,
        "name": _name_of(func) if isinstance(func, str) else "",
        **(others[0] if others else {}),
        "func": func,
        "trigger": read_trigger(trigger),
        "args": args,
    }


def _reference_in(state: State) -> Reference:
    name, bound_to, args, kwargs = state["func"], state["bound_to"], state["partial_args"], state["partial_kwargs"]
    if bound_to is UNSET and not args and not kwargs:
        return shared_reference(name)
    return Reference(name=name, bound_to=bound_to, args=args, kwargs=dict(kwargs))


def _checked(state: State) -> State:
    """Return the state, of which each part is of the kind that it must be. Raises where one is not.

    Whoever wrote it may have been no Tickwright. The loop works with these, and must not be the one to find out.
    """
    for key, kinds in KINDS.items():
        if not isinstance(state[key], kinds):
            raise TypeError(f"{key} is {shortened(state[key])}")
    grace = state["misfire_grace_time"]
    if state["max_instances"] < 1 or not (grace is None or 0 < grace < math.inf):
        raise ValueError(f"max_instances is {state['max_instances']} and misfire_grace_time {grace}")
    return state


def _culprit(job: StoredJob, reference: Reference, serializer: Serializer) -> str | None:
    """Return the first part that cannot be serialised by itself, and why."""
    for part, value in _parts(job, reference):
        try:
            serializer.dumps(value)
        except UnstorableValueError as error:
            return f"{part}{error.path}: {error.reason}"
        except Exception as error:  # border: as in pack_job
            return f"{part} (a {type(value).__qualname__}) cannot be serialised ({described(error)})"
    return None


def _parts(job: StoredJob, reference: Reference) -> Iterator[tuple[str, Any]]:
    yield "its trigger", job.trigger
    if reference.bound_to is not UNSET:
        yield f"the object whose method {reference.name!r} is", reference.bound_to
    for index, value in enumerate(job.args):
        yield f"args[{index}]", value
    for name, value in job.kwargs.items():
        yield f"kwargs[{name!r}]", value
    for index, value in enumerate(reference.args):
        yield f"argument {index} of its partial", value
    for name, value in reference.kwargs.items():
        yield f"argument {name!r} of its partial", value
