"""The recurrence: rules and dates that together say when something happens, as the lines of RFC 5545, 3.8.5.

    DTSTART:19970902T090000                  where the rules start; with ;TZID=Europe/Berlin also in which zone
    RRULE:FREQ=DAILY                         what recurs; several are taken together
    RDATE:19970912T140000,19970913           dates besides
    EXRULE:FREQ=WEEKLY;BYDAY=SU              what is left out (of RFC 2445, which the later one dropped)
    EXDATE:19970904T090000                   dates that are left out

DTSTART itself is no occurrence unless a rule says so, as with python-dateutil. A rule alone may go without
RRULE: in front. Of the sets of python-dateutil, whose rules may start at different times, a rule shows its own
start as `RRULE;X-DTSTART=19970902T090000:FREQ=DAILY`. Other parameters that begin with X- say nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.english import counted
from tickwright.triggers.rrule.dates import wall_text
from tickwright.triggers.rrule.rule import Rule

__all__ = ["LONGEST_TEXT", "Recurrence", "refuse_if_too_many"]

LONGEST_TEXT = 1_000
LONGEST_SUMMARY = 200
DATES_A_LINE = 50
MOST_RULES = 100
MOST_DATES = 10_000


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Rules and dates; dates are walls in ascending order, in seconds since 1970-01-01 00:00."""

    rules: tuple[Rule, ...]
    dates: tuple[int, ...] = ()
    left_out_rules: tuple[Rule, ...] = ()
    left_out_dates: tuple[int, ...] = ()

    @property
    def is_one_rule(self) -> bool:
        """Whether it is a rule, and nothing else."""
        return len(self.rules) == 1 and not (self.dates or self.left_out_rules or self.left_out_dates)

    @property
    def needs_start(self) -> bool:
        """Whether any rule goes by a start that all share."""
        return None in self.starts

    @property
    def starts(self) -> set[int | None]:
        """The starts that rules have of their own, and `None` for those that have not."""
        return {rule.start for rule in self.rules + self.left_out_rules}

    def without_starts(self) -> Recurrence:
        """Return the recurrence of rules that have no start of their own."""
        return replace(
            self,
            rules=tuple(replace(rule, start=None) for rule in self.rules),
            left_out_rules=tuple(replace(rule, start=None) for rule in self.left_out_rules),
        )

    @property
    def summary(self) -> str:
        """The text on one line; of a long one, how much it holds."""
        text = self.text
        if isinstance(text, str) and len(text) <= LONGEST_SUMMARY:
            return " ".join(text.split())
        rules = len(self.rules) + len(self.left_out_rules)
        return f"{counted(rules, 'rule')} and {counted(len(self.dates) + len(self.left_out_dates), 'date')}"

    @property
    def text(self) -> str | tuple[str, ...]:
        """The text that is read as this again, or where that would be too long a text, its lines."""
        if self.is_one_rule and self.rules[0].start is None:
            return self.rules[0].text
        lines = (
            *(_line("RRULE", rule) for rule in self.rules),
            *_dates("RDATE", self.dates),
            *(_line("EXRULE", rule) for rule in self.left_out_rules),
            *_dates("EXDATE", self.left_out_dates),
        )
        text = "\n".join(lines)
        return text if len(text) <= LONGEST_TEXT else lines


def refuse_if_too_many(rules: int, dates: int) -> None:
    """Raise `InvalidTriggerError` for more rules or dates than a recurrence may have."""
    if rules > MOST_RULES:
        raise InvalidTriggerError("rule", rules, f"a set has up to {MOST_RULES:,} rules")
    if dates > MOST_DATES:
        raise InvalidTriggerError("rule", dates, f"a set has up to {MOST_DATES:,} dates")


def _line(name: str, rule: Rule) -> str:
    own = "" if rule.start is None else f";X-DTSTART={wall_text(rule.start)}"
    return f"{name}{own}:{rule.text}"


def _dates(name: str, dates: tuple[int, ...]) -> list[str]:
    texts = [wall_text(wall) for wall in dates]
    return [f"{name}:{','.join(texts[at : at + DATES_A_LINE])}" for at in range(0, len(texts), DATES_A_LINE)]
