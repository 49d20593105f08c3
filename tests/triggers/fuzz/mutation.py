"""Mutation: texts that are almost right, made from right ones by the tokens of their grammar."""

from __future__ import annotations

from random import Random

__all__ = ["almost"]

TOKENS = (
    *("*", "/", "-", ",", "?", "#", "@", ":", "+", ".", " ", "\t", "  ", "\n", "\r", "\x00", "\x0b", "\x7f"),
    *("L", "W", "LW", "15W", "MON#1", "fril", "last", "2nd fri", "last sun", "5th", "6th", "sun", "SUN-Sun", "jan"),
    *("0", "00", "7", "24", "31", "32", "53", "59", "60", "-1", "1-", "*/0", "*/", "1e3", "0x1", "1_0", "9" * 30),
    *("@daily", "@hourly", "@reboot", "2026", "9999", "10000", "T", "Z", "W01", "+00:00", "-23:59", "+24:00"),
    *(
        ";",
        "=",
        "RRULE:",
        "\nEXDATE:",
        "BYDAY=",
        "-1FR",
        "INTERVAL=",
        "COUNT=",
        "20260106",
        "T000000Z",
        ";TZID=",
        "\r\n ",
    ),
    *("\u0663", "\u00b2", "\uff0a", "\uff2c", "\u017f", "\u212a", "\u0130", "\u0131", "\u00a0", "\u3000", "\u2013"),
    *("\ud800", "\u202e", "\u200b", "\u0301", "\U0001d7d3", "nan", "None", "%s", "{0}", "../", "/"),
)


def almost(random: Random, text: str) -> str:
    """Return the text itself, or with up to four changes."""
    for _ in range(random.choice((0, 1, 1, 2, 4))):
        text = random.choice(CHANGES)(random, text)
    return text


def _insert(random: Random, text: str) -> str:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(TOKENS) + text[at:]


def _replace(random: Random, text: str) -> str:
    begin, end = _slice(random, text)
    return text[:begin] + random.choice(TOKENS) + text[end:]


def _delete(random: Random, text: str) -> str:
    begin, end = _slice(random, text)
    return text[:begin] + text[end:]


def _repeat(random: Random, text: str) -> str:
    begin, end = _slice(random, text)
    return text[:begin] + text[begin:end] * random.choice((2, 2, 3, 50, 1_000)) + text[end:]


def _swap(random: Random, text: str) -> str:
    """Change the places of two parts between blanks, or between commas."""
    mark = random.choice((" ", ",", "-", "/"))
    parts = text.split(mark)
    first, second = random.randrange(len(parts)), random.randrange(len(parts))
    parts[first], parts[second] = parts[second], parts[first]
    return mark.join(parts)


def _nudge(random: Random, text: str) -> str:
    """Make one character its neighbour, as a slip of the finger does."""
    if not text:
        return text
    at = random.randrange(len(text))
    return text[:at] + chr(max(0, ord(text[at]) + random.choice((-1, 1)))) + text[at + 1 :]


def _other_case(random: Random, text: str) -> str:
    begin, end = _slice(random, text)
    return text[:begin] + text[begin:end].swapcase() + text[end:]


def _slice(random: Random, text: str) -> tuple[int, int]:
    begin = random.randint(0, len(text))
    return begin, min(len(text), begin + random.choice((1, 1, 2, 5, len(text))))


CHANGES = (_insert, _insert, _replace, _replace, _delete, _repeat, _swap, _nudge, _other_case)
