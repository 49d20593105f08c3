"""cron-descriptor: the library that says long lists of times shortly, where it is installed and right.

`pip install tickwright[describe]` brings it. It is asked for little, because it reads cron by other rules than
cron(8) does, or says less than there is to say:

- `*/7` is "every 7 minutes", though the hour ends with one of 4; the same for hours, days and weekdays;
- `*/2 * mon` is "every 2 days, or on Monday", where both must match;
- `L,15` is "on day L and 15", `MON#1,FRI#3` "on the  Monday and Friday", `0,7` "Sunday and Sunday";
- several hours follow a step as "every 5 minutes, at 01:00, 02:00, and 03:00";
- macros, years and ISO weeks it does not take.

So days are told without it, and so is what people say every day, which must read the same with and without it.
It gets only the times of day, written anew with the first and the last value of each range: of `0-56/7` it says
"every 7 minutes, minutes 0 through 56 past the hour", and nothing is left open.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["stepped_text"]


@lru_cache(maxsize=256)
def stepped_text(hours: tuple[int, ...], minutes: tuple[int, ...], seconds: tuple[int, ...]) -> str | None:
    """Return what the library says of these times, each field an evenly stepped range; `None` without it."""
    try:
        from cron_descriptor import Options, get_description
    except ImportError:
        return None
    # All that it would else take from the machine's locale.
    options = Options(use_24hour_time_format=True, locale_code="en_US")
    text: str = get_description(f"{_field(seconds, 60)} {_field(minutes, 60)} {_field(hours, 24)} * * *", options)
    return text[0].lower() + text[1:]


def _field(values: tuple[int, ...], size: int) -> str:
    first, last = values[0], values[-1]
    if len(values) == size:
        return "*"
    if first == last:
        return str(first)
    step = values[1] - first
    return f"{first}-{last}" if step == 1 else f"{first}-{last}/{step}"
