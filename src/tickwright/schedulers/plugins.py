"""Job stores, executors and serializers by their short names, imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from tickwright.errors import ConfigurationError, InvalidReferenceError, shortened
from tickwright.executors.base import Executor
from tickwright.jobstores.base import JobStore
from tickwright.reference import find
from tickwright.serializers import Serializer

__all__ = ["EXECUTORS", "JOBSTORES", "SERIALIZERS", "make_executor", "make_jobstore", "make_serializer"]

EXECUTORS = {
    "asyncio": "tickwright.executors.asyncio:AsyncIOExecutor",
    "debug": "tickwright.executors.debug:DebugExecutor",
    "processpool": "tickwright.executors.pool:ProcessPoolExecutor",
    "threadpool": "tickwright.executors.pool:ThreadPoolExecutor",
}

JOBSTORES = {
    "memory": "tickwright.jobstores.memory:MemoryJobStore",
    "sqlite": "tickwright.jobstores.sqlite:SQLiteJobStore",
}

SERIALIZERS = {
    "json": "tickwright.serializers:JSONSerializer",
    "pickle": "tickwright.serializers:PickleSerializer",
}

Part = TypeVar("Part")


def make_executor(executor: Any, alias: str, options: Mapping[str, Any] | None = None) -> Executor:
    """Return an executor: itself, or one of a short name with options, or one that a mapping describes."""
    return _make(executor, f"executor {alias!r}", options, EXECUTORS, Executor)  # type: ignore[type-abstract] # the base is only checked against


def make_jobstore(jobstore: Any, alias: str, options: Mapping[str, Any] | None = None) -> JobStore:
    """Return a job store: itself, or one of a short name with options, or one that a mapping describes.

    Its `serializer` may be given by a short name, or described, as well.
    """
    if isinstance(jobstore, Mapping):
        jobstore = _with_serializer(jobstore, alias)
    options = _with_serializer(options or {}, alias)
    return _make(jobstore, f"job store {alias!r}", options, JOBSTORES, JobStore)  # type: ignore[type-abstract] # the base is only checked against


def _with_serializer(given: Mapping[str, Any], alias: str) -> Mapping[str, Any]:
    serializer = given.get("serializer")
    return given if serializer is None else {**given, "serializer": make_serializer(serializer, alias)}


def make_serializer(serializer: Any, alias: str) -> Serializer:
    """Return a serializer: itself, or one of a short name, or one that a mapping describes.

    In a text, the names of `modules` are separated by commas, as in an INI file. Secrets are not: any character may
    be in one.
    """
    if isinstance(serializer, Mapping) and isinstance(modules := serializer.get("modules"), str):
        listed = [module.strip() for module in modules.split(",")]
        serializer = {**serializer, "modules": [module for module in listed if module]}
    shown = f"the serializer of job store {alias!r}"
    return _make(serializer, shown, None, SERIALIZERS, Serializer)  # type: ignore[type-abstract] # the base is only checked against


def _make(part: Any, shown: str, options: Mapping[str, Any] | None, names: Mapping[str, str], base: type[Part]) -> Part:
    options = dict(options or {})
    if isinstance(part, base):
        if options:
            raise TypeError(f"{shown}: {shortened(part)} is complete; {', '.join(options)} belong where it was made")
        return part
    if isinstance(part, Mapping):
        options = {**part, **options}
        if ("type" in options) == ("class" in options):
            raise ConfigurationError(f"{shown}: a mapping needs either 'type' (one of {_known(names)}) or 'class'")
        path = options.pop("class", None) or _path(options.pop("type"), shown, names)
    elif isinstance(part, str):
        path = _path(part, shown, names)
    else:
        raise TypeError(
            f"{shown} must be a {base.__name__}, a name ({_known(names)}) or a mapping, not {shortened(part)}"
        )
    return _build(path, shown, options, base)


def _path(name: Any, shown: str, names: Mapping[str, str]) -> str:
    if name not in names:
        raise ConfigurationError(f"{shown}: there is none called {shortened(name)}; there are {_known(names)}")
    return names[name]


def _build(path: Any, shown: str, options: dict[str, Any], base: type[Part]) -> Part:
    try:
        kind = find(path)
    except InvalidReferenceError as error:
        raise ConfigurationError(f"{shown}: {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise ConfigurationError(f"{shown}: {path!r} is {shortened(kind)}, which is no {base.__name__}")
    try:
        return kind(**options)
    except TypeError as error:
        # The names of the options and not their values, one of which may be a secret.
        raise TypeError(f"{shown}: {kind.__name__} does not take {', '.join(options)}: {error}") from error


def _known(names: Mapping[str, str]) -> str:
    return ", ".join(map(repr, sorted(names)))
