"""Instants and spans as SQLite keeps them: whole microseconds, counted from 1970 in UTC."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, overload

from tickwright.instants import EPOCH, MICROSECOND

__all__ = ["EARLIEST", "EPOCH", "LATEST", "instant_of", "micros_of", "micros_within", "readable_instant", "span_of"]


@overload
def micros_of(instant: datetime) -> int: ...
@overload
def micros_of(instant: None) -> None: ...
def micros_of(instant: datetime | None) -> int | None:
    """Return an aware instant in microseconds since 1970, exactly: no float is in between."""
    return None if instant is None else micros_within(instant - EPOCH)


def micros_within(span: timedelta) -> int:
    """Return the length of a span in microseconds."""
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


@overload
def instant_of(micros: int) -> datetime: ...
@overload
def instant_of(micros: None) -> None: ...
def instant_of(micros: int | None) -> datetime | None:
    """Return the instant in UTC. Raises `OverflowError` or `TypeError` for what `micros_of` never wrote."""
    return None if micros is None else EPOCH + span_of(micros)


def readable_instant(micros: Any) -> datetime | None:
    """Return the instant in UTC, and None also for what `micros_of` never wrote."""
    instant: datetime | None = None
    with suppress(TypeError, OverflowError):
        instant = instant_of(micros)
    return instant


def span_of(micros: int) -> timedelta:
    """Return the span. Raises `OverflowError` or `TypeError` for what `micros_within` never wrote."""
    if type(micros) is not int:
        raise TypeError(f"{micros!r} is no number of microseconds")
    return micros * MICROSECOND


EARLIEST = micros_of(datetime.min.replace(tzinfo=UTC))
LATEST = micros_of(datetime.max.replace(tzinfo=UTC))
