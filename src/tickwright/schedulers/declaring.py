"""Turns the arguments of `add_job` into a job, after looking at each of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from tickwright.chance import new_id
from tickwright.errors import (
    ConfigurationError,
    InvalidJobError,
    InvalidReferenceError,
    InvalidTriggerError,
    shortened,
)
from tickwright.policies import UNSET, OnLost, Unset
from tickwright.reference import Reference, find, make_reference
from tickwright.schedulers.signature import check_arguments
from tickwright.stored_job import NO_KWARGS, StoredJob
from tickwright.triggers.base import Trigger
from tickwright.triggers.date import DateTrigger

__all__ = ["JobDefaults", "as_next_run_time", "changed", "checked_defaults", "checked_flag", "declare", "declare_alike"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDefaults:
    """What a job gets where `add_job` does not say otherwise."""

    misfire_grace_time: float | None = None
    coalesce: bool = True
    max_instances: int = 1
    on_lost: OnLost = OnLost.RECORD


def declare(
    func: Callable[..., Any] | str,
    trigger: Trigger,
    *,
    args: Iterable[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    id: str | None = None,
    name: str | None = None,
    misfire_grace_time: float | timedelta | Unset | None = UNSET,
    coalesce: bool | Unset = UNSET,
    max_instances: int | Unset = UNSET,
    on_lost: OnLost | str | Unset = UNSET,
    executor: str = "default",
    defaults: JobDefaults,
) -> StoredJob:
    """Return the job that was asked for. It has no schedule yet.

    Raises `InvalidJobError` or `TypeError` naming the job, the parameter and the value.
    """
    shown = _JobFor(func) if id is None else f"job {id!r}"
    job_id = new_id() if id is None else _id(id, shown)
    callable_, reference = _callable(func, shown)
    job = StoredJob(
        id=job_id,
        func=callable_,
        reference=reference,
        trigger=trigger,
        args=_args(args, shown),
        kwargs=_kwargs(kwargs, shown),
        name=_name_of(callable_) if name is None else _text("name", name, shown),
        executor=_unicode("executor", executor, shown),
        # The defaults have been looked at.
        misfire_grace_time=(
            defaults.misfire_grace_time if misfire_grace_time is UNSET else _grace(misfire_grace_time, shown)
        ),
        coalesce=defaults.coalesce if coalesce is UNSET else checked_flag("coalesce", coalesce, shown),
        max_instances=(
            defaults.max_instances if max_instances is UNSET else _count("max_instances", max_instances, shown)
        ),
        on_lost=defaults.on_lost if on_lost is UNSET else _on_lost(on_lost, shown),
    )
    check_arguments(job)
    return job


def declare_alike(
    template: StoredJob,
    *,
    id: str | None = None,
    args: Iterable[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    name: str | None = None,
) -> StoredJob:
    """Return what `declare` would for arguments that differ in these only from those of another job.

    What they have in common has been looked at.
    """
    func = template.func
    shown = _JobFor(func) if id is None else f"job {id!r}"
    job = StoredJob(
        id=new_id() if id is None else _id(id, shown),
        func=func,
        reference=template.reference,
        trigger=template.trigger,
        args=_args(args, shown),
        kwargs=_kwargs(kwargs, shown),
        name=_name_of(func) if name is None else _text("name", name, shown),
        executor=template.executor,
        misfire_grace_time=template.misfire_grace_time,
        coalesce=template.coalesce,
        max_instances=template.max_instances,
        on_lost=template.on_lost,
        schedule=template.schedule,
    )
    check_arguments(job)
    return job


class _JobFor:
    """A job without an id as messages call it; made into text where one of them is, which costs more than a check."""

    __slots__ = ("func",)

    def __init__(self, func: object) -> None:
        self.func = func

    def __str__(self) -> str:
        return f"the job for {shortened(self.func)}"


Shown = str | _JobFor


def changed(job: StoredJob, changes: Mapping[str, Any]) -> StoredJob:
    """Return the job with these of its parameters changed; its schedule stays.

    Raises as `declare` does; none of the changes holds if one cannot be taken.
    """
    shown = f"job {job.id!r}"
    takers: dict[str, Callable[[Any], dict[str, Any]]] = {
        "func": lambda value: dict(zip(("func", "reference"), _callable(value, shown), strict=True)),
        "args": lambda value: {"args": _args(value, shown)},
        "kwargs": lambda value: {"kwargs": _kwargs(value, shown)},
        "name": lambda value: {"name": _text("name", value, shown)},
        "executor": lambda value: {"executor": _unicode("executor", value, shown)},
        "misfire_grace_time": lambda value: {"misfire_grace_time": _grace(value, shown)},
        "coalesce": lambda value: {"coalesce": checked_flag("coalesce", value, shown)},
        "max_instances": lambda value: {"max_instances": _count("max_instances", value, shown)},
        "on_lost": lambda value: {"on_lost": _on_lost(value, shown)},
        "trigger": lambda value: {"trigger": value},
    }
    new: dict[str, Any] = {}
    for parameter, value in changes.items():
        if parameter == "id" and value == job.id:
            continue
        if parameter not in takers:
            known = ", ".join(sorted([*takers, "next_run_time"]))
            what = "an id cannot be changed" if parameter == "id" else f"there is no parameter {parameter!r}"
            raise InvalidJobError(f"{shown}: {what}; what can be modified: {known}")
        new.update(takers[parameter](value))
    job = job._replace(**new)
    check_arguments(job)
    return job


def as_next_run_time(value: Any, timezone: tzinfo, shown: Shown) -> datetime | Unset | None:
    """Return `next_run_time` as an instant in UTC; a naive value is taken in the scheduler's zone."""
    if value is None or isinstance(value, Unset):
        return value
    if not isinstance(value, (datetime, date, str)):
        raise TypeError(f"{shown}: next_run_time must be a datetime, a date, ISO text or None, not {shortened(value)}")
    try:
        moment = DateTrigger(value, timezone=timezone).run_date
        return moment and moment.astimezone(UTC)
    except InvalidTriggerError as error:
        raise InvalidJobError(f"{shown}: next_run_time: {error.reason} (got {error.value})") from error


def _callable(func: Any, shown: Shown) -> tuple[Callable[..., Any], Reference | None]:
    if isinstance(func, str):
        try:
            found = find(func)
        except InvalidReferenceError as error:
            raise InvalidReferenceError(f"{shown}: {error}") from error
        if not callable(found):
            raise InvalidJobError(f"{shown}: func: {func!r} is {shortened(found)}, which cannot be called")
        return found, Reference(name=func) if ":" in func else make_reference(found)
    if not callable(func):
        hint = ""
        if hasattr(func, "cr_code"):
            func.close()
            hint = "; that is what calling an async function gives: pass the function itself, without ()"
        raise TypeError(f"{shown}: func must be callable or 'package.module:name', not {shortened(func)}{hint}")
    try:
        return func, make_reference(func)
    except InvalidReferenceError:
        # A store that keeps objects takes it as it is; one that writes it down refuses it, and says why.
        return func, None


def _id(value: Any, shown: Shown) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown}: id must be a text, not {shortened(value)}")
    if not value:
        raise InvalidJobError(f"{shown}: id must not be empty; leave it out to get a unique one")
    return value if value.isascii() else _unicode("id", value, shown)


def _name_of(func: Callable[..., Any]) -> str:
    inner = getattr(func, "func", func)
    return getattr(inner, "__qualname__", None) or type(inner).__qualname__


def _text(parameter: str, value: Any, shown: Shown) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown}: {parameter} must be a text, not {shortened(value)}")
    return value


def _unicode(parameter: str, value: Any, shown: Shown) -> str:
    """Return a text that a database can hold as such."""
    text = _text(parameter, value, shown)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidJobError(
            f"{shown}: {parameter} is no Unicode text, as the name of a file may be; give another, or encode it"
        ) from None
    return text


def _args(value: Any, shown: Shown) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise TypeError(f"{shown}: args must be a list or tuple of arguments, not {shortened(value)}")
    return tuple(value)


def _kwargs(value: Any, shown: Shown) -> Mapping[str, Any]:
    if value is None:
        return NO_KWARGS
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"{shown}: kwargs must be a mapping with texts for keys, not {shortened(value)}")
    return dict(value) or NO_KWARGS


def checked_flag(parameter: str, value: Any, shown: Shown) -> bool:
    """Return True or False. Raises `TypeError` naming the parameter for anything else."""
    if not isinstance(value, bool):
        raise TypeError(f"{shown}: {parameter} must be True or False, not {shortened(value)}")
    return value


def _count(parameter: str, value: Any, shown: Shown) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{shown}: {parameter} must be a whole number, not {shortened(value)}")
    if value < 1:
        raise InvalidJobError(f"{shown}: {parameter} must be 1 or more, not {shortened(value)}")
    return value


def _grace(value: Any, shown: Shown) -> float | None:
    if value is None:
        return None
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(
            f"{shown}: misfire_grace_time must be seconds, a timedelta, or None for no limit, not {shortened(value)}"
        )
    if not (math.isfinite(seconds) and 0 < seconds < timedelta.max.total_seconds()):
        raise InvalidJobError(
            f"{shown}: misfire_grace_time must be more than 0 seconds, or None for no limit, not {shortened(value)}"
        )
    return seconds


def _on_lost(value: Any, shown: Shown) -> OnLost:
    try:
        return OnLost(value)
    except ValueError:
        choices = " or ".join(repr(str(choice)) for choice in OnLost)
        raise InvalidJobError(f"{shown}: on_lost must be {choices}, not {shortened(value)}") from None


def checked_defaults(options: Mapping[str, Any]) -> JobDefaults:
    """Return job defaults from options, each looked at as in `add_job`."""
    shown = "job_defaults"
    takers: dict[str, Callable[[Any], Any]] = {
        "misfire_grace_time": lambda value: _grace(value, shown),
        "coalesce": lambda value: checked_flag("coalesce", value, shown),
        "max_instances": lambda value: _count("max_instances", value, shown),
        "on_lost": lambda value: _on_lost(value, shown),
    }
    unknown = sorted(set(options) - set(takers))
    if unknown:
        raise ConfigurationError(f"{shown}: there is no {unknown[0]!r}; what can be set: {', '.join(takers)}")
    return JobDefaults(**{name: takers[name](value) for name, value in options.items()})
