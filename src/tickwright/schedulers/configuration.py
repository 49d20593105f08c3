"""A scheduler's options: from keywords, from a nested mapping, or from a flat one as in an INI file."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from tickwright.clock import Clock, SystemClock
from tickwright.errors import ConfigurationError, shortened
from tickwright.executors.base import Executor
from tickwright.jobstores.base import JobStore
from tickwright.schedulers.declaring import JobDefaults, checked_defaults
from tickwright.schedulers.plugins import make_executor, make_jobstore
from tickwright.zones import as_zone

__all__ = ["Configuration", "read_configuration"]

OPTIONS = (
    "clock",
    "daemon",
    "executors",
    "job_defaults",
    "jobstore_retry_interval",
    "jobstores",
    "lease",
    "logger",
    "timezone",
)

SHORTEST_LEASE = 2.0


@dataclass(kw_only=True)
class Configuration:
    """The options of a scheduler, each checked."""

    timezone: tzinfo
    clock: Clock = field(default_factory=SystemClock)
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("tickwright.scheduler"))
    jobstore_retry_interval: float = 10.0
    """Seconds between two attempts at a store that has been failing for long; never more than a sixth of the lease."""
    lease: float = 30.0
    """Seconds after which a scheduler without a sign of life is taken for dead by those that share its store."""
    daemon: bool = True
    job_defaults: JobDefaults = field(default_factory=JobDefaults)
    jobstores: dict[str, JobStore] = field(default_factory=dict)
    executors: dict[str, Executor] = field(default_factory=dict)


def read_configuration(
    gconfig: Mapping[str, Any] | None, prefix: str | None, options: Mapping[str, Any]
) -> Configuration:
    """Return the configuration that a mapping and keyword options describe; the keywords win.

    Keys of the mapping that do not start with `prefix` belong to somebody else and are passed over. Texts are
    taken for numbers and booleans. Raises `ConfigurationError` naming the option, the value and what is possible.
    """
    tree = _tree({**_without_prefix(gconfig or {}, prefix), **options})
    unknown = sorted(set(tree) - set(OPTIONS))
    if unknown:
        raise ConfigurationError(
            f"there is no option {unknown[0]!r}{_shown(unknown[0], tree[unknown[0]])}; "
            f"the options are {', '.join(OPTIONS)}"
        )
    read: dict[str, Any] = {"timezone": as_zone(tree.get("timezone"))}
    if "clock" in tree:
        read["clock"] = _of_type("clock", tree["clock"], Clock)
    if "logger" in tree:
        read["logger"] = _logger(tree["logger"])
    if "daemon" in tree:
        read["daemon"] = _flag("daemon", tree["daemon"])
    if "jobstore_retry_interval" in tree:
        read["jobstore_retry_interval"] = _seconds("jobstore_retry_interval", tree["jobstore_retry_interval"], 0.0)
    if "lease" in tree:
        read["lease"] = _seconds("lease", tree["lease"], SHORTEST_LEASE)
    if "job_defaults" in tree:
        read["job_defaults"] = checked_defaults(_defaults(_mapping("job_defaults", tree["job_defaults"])))
    for option, make in (("jobstores", make_jobstore), ("executors", make_executor)):
        parts = _mapping(option, tree.get(option, {}))
        read[option] = {alias: make(part, alias) for alias, part in parts.items()}
    return Configuration(**read)


def _without_prefix(gconfig: Mapping[str, Any], prefix: str | None) -> dict[str, Any]:
    if not isinstance(gconfig, Mapping):
        raise TypeError(f"gconfig must be a mapping of options, not {shortened(gconfig)}")
    if not prefix:
        return dict(gconfig)
    foreign = next((key for key in gconfig if key.startswith("apscheduler.")), None)
    if foreign is not None and prefix == "tickwright.":
        raise ConfigurationError(
            f"option {foreign!r} is for APScheduler and would be passed over: rename it to begin "
            f"with 'tickwright.', or call configure(..., prefix='apscheduler.')"
        )
    named = {key.removeprefix(prefix): value for key, value in gconfig.items() if key.startswith(prefix)}
    # A nested mapping of plain option names has no prefix to take off.
    return {**{key: value for key, value in gconfig.items() if key in OPTIONS}, **named}


def _tree(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return `{"a.b": 1, "a.c": 2}` as `{"a": {"b": 1, "c": 2}}`."""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        *path, last = key.split(".")
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
            if not isinstance(branch, dict):
                raise ConfigurationError(f"option {key!r}: {step!r} is given both as a value and as a group")
        if isinstance(branch.get(last), dict) and isinstance(value, Mapping):
            branch[last].update(value)
        else:
            branch[last] = dict(value) if isinstance(value, Mapping) else value
    return tree


def _shown(option: str, value: Any) -> str:
    """Return how the value of an unknown option is told, if that can be no secret, nor hold one."""
    return "" if isinstance(value, Mapping) or "secret" in option else f" (with the value {shortened(value)})"


def _mapping(option: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{option} must be a mapping, not {shortened(value)}")
    return dict(value)


def _of_type(option: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{option} must be a {kind.__name__}, not {shortened(value)}")
    return value


def _logger(value: Any) -> logging.Logger:
    return logging.getLogger(value) if isinstance(value, str) else _of_type("logger", value, logging.Logger)


def _flag(option: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = value.strip().lower()
        if text in {"true", "yes", "on", "1", "y", "t"}:
            return True
        if text in {"false", "no", "off", "0", "n", "f"}:
            return False
    raise ConfigurationError(f"{option} must be true or false, not {shortened(value)}")


def _seconds(option: str, value: Any, least: float) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        raise ConfigurationError(f"{option} must be a number of seconds, not {shortened(value)}") from None
    if not (math.isfinite(seconds) and seconds >= least):
        raise ConfigurationError(f"{option} must be at least {least:g} seconds, not {shortened(value)}")
    return seconds


def _defaults(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return job defaults with texts, as an INI file has them, made into what they say."""
    read = dict(options)
    if isinstance(read.get("coalesce"), str):
        read["coalesce"] = _flag("job_defaults.coalesce", read["coalesce"])
    if isinstance(text := read.get("misfire_grace_time"), str):
        read["misfire_grace_time"] = (
            None if text.strip().lower() in {"", "none"} else _seconds("job_defaults.misfire_grace_time", text, 0.0)
        )
    if isinstance(text := read.get("max_instances"), str):
        try:
            read["max_instances"] = int(text)
        except ValueError:
            raise ConfigurationError(
                f"job_defaults.max_instances must be a whole number, not {shortened(text)}"
            ) from None
    return read
