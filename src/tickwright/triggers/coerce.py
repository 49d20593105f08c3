"""Coercion: what users give where a trigger is taken, made into a trigger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta, tzinfo
from datetime import timezone as fixed_offset
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.triggers.base import Trigger

__all__ = ["ALIASES", "make_trigger"]

PLAIN = frozenset({int, float, str, timedelta, type(None)})
"""The types of arguments by which a trigger is remembered: what they are equal by is all that they say."""

ALIASES: dict[str, str] = {
    "and": "tickwright.triggers.combining:AndTrigger",
    "calendarinterval": "tickwright.triggers.calendarinterval:CalendarIntervalTrigger",
    "cron": "tickwright.triggers.cron:CronTrigger",
    "date": "tickwright.triggers.date:DateTrigger",
    "interval": "tickwright.triggers.interval:IntervalTrigger",
    "or": "tickwright.triggers.combining:OrTrigger",
    "rrule": "tickwright.triggers.rrule:RRuleTrigger",
}
"""The short names of triggers and where each is found; a trigger is imported when it is first asked for."""


def make_trigger(trigger: object, arguments: Mapping[str, object], timezone: tzinfo) -> Trigger:
    """Return the trigger that `trigger` and `arguments` say, in `timezone` where they name no zone.

    ================================  =====================================================================
    `trigger`                         what it becomes
    ================================  =====================================================================
    a `Trigger`                       itself; arguments are refused
    an alias (`"cron"`)               that trigger of the arguments
    a crontab text or macro           `CronTrigger.from_crontab` of the text and the arguments
    a `timedelta`                     `IntervalTrigger` of it and the arguments
    a `datetime` or `date`            `DateTrigger` of it and the arguments
    `None`                            `DateTrigger` of the arguments: without a `run_date`, at once
    ================================  =====================================================================

    Raises `TypeError` for a `trigger` of another type and for arguments that the trigger does not take, and
    `InvalidTriggerError` for an unknown alias and for whatever the trigger itself refuses.
    """
    if isinstance(trigger, Trigger):
        if arguments:
            raise TypeError(f"{trigger} is complete: the arguments {_listed(arguments)} belong where it was made")
        return trigger
    if trigger is None:
        _check_for_once(arguments)
        return _call("date", (), arguments, timezone)
    if isinstance(trigger, str):
        # `UTC+01:00` may bear another name and be equal.
        if type(trigger) is str and (timezone is UTC or type(timezone) is not fixed_offset):
            values = tuple(arguments.values())
            kinds = tuple(map(type, values))
            if PLAIN.issuperset(kinds):
                try:
                    return _remembered(trigger, timezone, tuple(arguments), values, kinds)
                except TypeError:
                    pass  # a zone that cannot be hashed, as dateutil's; or an argument that is refused below once more
        return _read(trigger, arguments, timezone)
    if isinstance(trigger, timedelta):
        return _call("interval", (trigger,), arguments, timezone)
    if isinstance(trigger, date):
        return _call("date", (trigger,), arguments, timezone)
    raise TypeError(
        "trigger must be a Trigger, an alias, a crontab text, a timedelta, a datetime, a date or None, "
        f"not {shortened(trigger)}"
    )


def _check_for_once(arguments: Mapping[str, object]) -> None:
    """Raise where arguments stand without a trigger, and not for the date that no trigger stands for."""
    unknown = [name for name in arguments if name not in _parameters("date", "")] if arguments else []
    if not unknown:
        return
    takers = [alias for alias in ALIASES if arguments.keys() <= set(_parameters(alias, ""))]
    if takers:
        raise TypeError(
            f"no trigger is given, and the date trigger takes no {_listed(unknown)} here; give the trigger it is for: "
            f"{_listed(takers)}"
        )
    strange = [name for name in unknown if not any(name in _parameters(alias, "") for alias in ALIASES)]
    if strange:
        raise TypeError(
            f"no trigger is given, and no argument is called {_listed(strange)}: is it misspelt? Without a trigger "
            f"a job runs once, and {_listed(_parameters('date', ''))} may say when"
        )
    raise TypeError(f"no trigger is given, and none takes {_listed(unknown)} together")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


# Applications add many jobs of few schedules. A trigger is immutable, so that all who ask may share it.
@lru_cache(maxsize=4_096)
def _remembered(
    text: str, timezone: tzinfo, names: tuple[str, ...], values: tuple[object, ...], kinds: tuple[type, ...]
) -> Trigger:
    """Return the trigger of an alias or text; `kinds` tells `1` from `1.0`."""
    return _read(text, dict(zip(names, values, strict=True)), timezone)


def _read(trigger: str, arguments: Mapping[str, object], timezone: tzinfo) -> Trigger:
    """Return the trigger of an alias, or of a text."""
    if trigger in ALIASES:
        return _call(trigger, (), arguments, timezone)
    if " " in trigger or "\t" in trigger or trigger.startswith("@"):
        return _call("cron", (trigger,), arguments, timezone, maker="from_crontab")
    if trigger.upper().startswith(("FREQ=", "RRULE:", "DTSTART")):
        raise InvalidTriggerError("trigger", trigger, 'a recurrence rule is given as "rrule", rule="FREQ=DAILY"')
    raise InvalidTriggerError(
        "trigger",
        trigger,
        f"it is neither an alias ({', '.join(ALIASES)}) nor a crontab text like '*/5 * * * *'",
    )


def _call(
    alias: str, given: tuple[object, ...], arguments: Mapping[str, object], timezone: tzinfo, maker: str = ""
) -> Trigger:
    make = getattr(_class(alias), maker) if maker else _class(alias)
    taken = _parameters(alias, maker)[len(given) :]
    unknown = [name for name in arguments if name not in taken]
    if unknown:
        raise TypeError(f"the {alias} trigger takes no {_listed(unknown)} here; it takes {', '.join(taken)}")
    named = dict(arguments)
    if "timezone" in taken and named.get("timezone") is None and not _class(alias).names_its_zone(named):
        named["timezone"] = timezone
    trigger: Trigger = make(*given, **named)
    return trigger


@cache
def _class(alias: str) -> Any:
    module, _, name = ALIASES[alias].partition(":")
    return getattr(import_module(module), name)


@cache
def _parameters(alias: str, maker: str) -> tuple[str, ...]:
    from inspect import signature

    return tuple(signature(getattr(_class(alias), maker) if maker else _class(alias)).parameters)
