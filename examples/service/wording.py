"""Numbers in words: lengths of time, sizes, counts and clock times, as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta


def span(duration: timedelta) -> str:
    """Return a length of time: 12 ms, 3.4 s, 2 min 5 s, 3 h 20 min, 4 days."""
    seconds = duration.total_seconds()
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, whole = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {whole} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days"


def size(count: int) -> str:
    """Return a number of bytes: 812 bytes, 34 kB, 1.2 MB."""
    if count < 1_000:
        return number(count, "byte")
    return f"{count / 1_000:.0f} kB" if count < 999_500 else f"{count / 1_000_000:.1f} MB"


def number(count: int, noun: str) -> str:
    """Return a count with its noun: 1 file, 2,000 files."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def clock(instant: datetime) -> str:
    """Return the local time of an instant, with the date where that is not today's."""
    local = instant.astimezone()
    return f"{local:%H:%M:%S}" if local.date() == datetime.now().date() else f"{local:%Y-%m-%d %H:%M:%S}"
