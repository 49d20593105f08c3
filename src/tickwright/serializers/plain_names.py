"""The plain names: functions and classes that every restricted serializer admits, because they can do no harm.

Each is named by itself, never by its module: `builtins` holds `eval`, and `tickwright` can import anything. They
make values of their arguments, and that is all: none runs what its arguments name. (A zone is looked up in the time
zone database by its key, and a `defaultdict` takes only a function that is admitted itself.)
"""

from __future__ import annotations

import builtins
from typing import Any

from tickwright import errors
from tickwright.errors import UntrustedDataError, shortened
from tickwright.reference import find
from tickwright.serializers.admission import Admission

__all__ = ["PLAIN_NAMES", "TRIGGER_NAMES", "find_harmless"]

TRIGGER_NAMES = {
    "CronTrigger": "tickwright.triggers.cron.trigger:CronTrigger",
    "IntervalTrigger": "tickwright.triggers.interval:IntervalTrigger",
    "DateTrigger": "tickwright.triggers.date:DateTrigger",
    "CalendarIntervalTrigger": "tickwright.triggers.calendarinterval.trigger:CalendarIntervalTrigger",
    "RRuleTrigger": "tickwright.triggers.rrule.trigger:RRuleTrigger",
    "AndTrigger": "tickwright.triggers.combining.and_trigger:AndTrigger",
    "OrTrigger": "tickwright.triggers.combining.or_trigger:OrTrigger",
    "ExcludeTrigger": "tickwright.triggers.exclude.trigger:ExcludeTrigger",
}
"""Our triggers. Each checks the state that it is filled with."""

PLAIN_TYPES = {
    "builtins": (
        "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple "
        "Ellipsis NotImplemented"
    ),
    "collections": "Counter OrderedDict defaultdict deque",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "pathlib": "PosixPath PurePosixPath PureWindowsPath WindowsPath",
    "pathlib._local": "PosixPath PurePosixPath PureWindowsPath WindowsPath",  # where Python 3.13 keeps them
    "uuid": "SafeUUID UUID",
    "zoneinfo": "ZoneInfo",
    "tickwright.policies": "OnLost Unset",
    "tickwright.run": "RunStatus",
}


_EXCEPTIONS = (
    f"{table.__name__}:{name}"
    for table in (builtins, errors)
    for name, value in vars(table).items()
    if isinstance(value, type) and issubclass(value, BaseException) and value.__name__ == name
)

PLAIN_NAMES = frozenset(
    {
        *(f"{module}:{name}" for module, names in PLAIN_TYPES.items() for name in names.split()),
        *TRIGGER_NAMES.values(),
        *_EXCEPTIONS,
    }
)


def find_harmless(name: str, admission: Admission | None) -> Any:
    """Return what is named, if it is plain or admitted. Raises `UntrustedDataError`, having imported nothing."""
    if name in PLAIN_NAMES:
        return find(name)
    if admission is None:
        raise UntrustedDataError(
            f"{shortened(name)} is not admitted, and was not imported; if it is yours, list its module in modules="
        )
    return admission.find(name)
