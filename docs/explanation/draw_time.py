"""Draws the pictures of time.md by asking the triggers: `make pictures` writes them anew.

Nothing in them is drawn by hand. Each dot is a fire time that a trigger answered, so a picture that differs from the
one in the repository is a rule that has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tickwright import CronTrigger

HERE = Path(__file__).parent

WIDTH, LEFT, RIGHT, TOP, ROW = 900, 268, 20, 104, 26
POLICIES = {
    "cron": "as cron does (the default)",
    "wall_clock": "whatever the clock shows",
    "skip": "no second pass",
    "shift": "no second pass, gaps later",
}

STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-size: 16px; font-weight: 600 }
    .small { font-size: 11px; fill: #57606a }
    .code { font-family: ui-monospace, monospace; font-weight: 600 }
    .line { stroke: #d0d7de }
    .mark { stroke: #bf3989; stroke-width: 1.5; stroke-dasharray: 4 3 }
    .band { fill: #bf3989; opacity: 0.12 }
    .dot { fill: #0969da }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .small { fill: #9198a1 } .line { stroke: #3d444d } .dot { fill: #58a6ff }
      .mark { stroke: #f778ba } .band { fill: #f778ba }
    }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One change of clock: four hours of one zone, and what fires in them."""

    file: str
    title: str
    note: str
    zone: ZoneInfo
    begin: datetime
    change: datetime
    second_pass: timedelta
    """How much of the wall clock comes again after the change; nothing in a gap."""
    expressions: tuple[tuple[str, str], ...]
    """Crontab texts, and what kind of job each is."""

    @property
    def end(self) -> datetime:
        """The right edge."""
        return self.begin + timedelta(hours=4)

    def x(self, instant: datetime) -> float:
        """Return where an instant is drawn."""
        return LEFT + (WIDTH - LEFT - RIGHT) * ((instant - self.begin) / (self.end - self.begin))

    def fire_times(self, text: str, policy: str) -> list[datetime]:
        """Return what a trigger answers for the whole picture, both edges included."""
        trigger = CronTrigger.from_crontab(text, self.zone, dst_policy=policy)
        found = []
        at: datetime | None = self.begin - timedelta.resolution
        while (at := trigger.get_next_fire_time(at, self.begin)) is not None and at <= self.end:
            found.append(at)
        return found

    def svg(self) -> str:
        """Return the picture."""
        height = TOP + len(self.expressions) * (len(POLICIES) + 1) * ROW + 14
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d">',
            f'  <title id="t">{self.title}</title>',
            f'  <desc id="d">{self.description()}</desc>',
            f"  <style>{STYLE}  </style>",
            f'  <text class="title" x="12" y="26">{self.title}</text>',
            f'  <text class="small" x="12" y="46">{self.note}</text>',
            *self._axis(height),
        ]
        y = TOP + ROW / 2
        for text, kind in self.expressions:
            parts.append(f'  <text x="12" y="{y + 4:g}"><tspan class="code">{text}</tspan> — {kind}</text>')
            y += ROW
            for policy, words in POLICIES.items():
                parts += self._row(text, policy, words, y)
                y += ROW
        return "\n".join([*parts, "</svg>", ""])

    def description(self) -> str:
        """Return in words what can be seen, for those who cannot."""
        lines = []
        for text, _ in self.expressions:
            for policy in POLICIES:
                times = [f"{at:%H:%M}" for at in self.fire_times(text, policy)]
                lines.append(f"{text} with {policy} fires at {', '.join(times) if times else 'no time'} UTC.")
        return " ".join(lines)

    def _axis(self, height: int) -> list[str]:
        change = self.x(self.change)
        parts = [
            f'  <text class="small" x="12" y="72">wall clock in {self.zone.key}</text>',
            '  <text class="small" x="12" y="90">UTC</text>',
        ]
        if self.second_pass:
            width = self.x(self.change + self.second_pass) - change
            parts.append(f'  <rect class="band" x="{change:g}" y="98" width="{width:g}" height="{height - 108}"/>')
        parts.append(f'  <line class="mark" x1="{change:g}" y1="98" x2="{change:g}" y2="{height - 10}"/>')
        at = self.begin
        while at <= self.end:
            anchor = "middle" if at < self.end else "end"
            x = self.x(at) + (0 if at < self.end else 14)
            parts.append(f'  <text class="small" x="{x:g}" y="72" text-anchor="{anchor}">{self._wall(at)}</text>')
            parts.append(f'  <text class="small" x="{x:g}" y="90" text-anchor="{anchor}">{at:%H:%M}</text>')
            at += timedelta(minutes=30)
        return parts

    def _wall(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def _row(self, text: str, policy: str, words: str, y: float) -> list[str]:
        parts = [
            f'  <text class="small" x="28" y="{y + 4:g}"><tspan class="code">{policy}</tspan> {words}</text>',
            f'  <line class="line" x1="{LEFT}" y1="{y:g}" x2="{WIDTH - RIGHT}" y2="{y:g}"/>',
        ]
        for at in self.fire_times(text, policy):
            parts.append(f'  <circle class="dot" cx="{self.x(at):g}" cy="{y:g}" r="5"/>')
        return parts


NEW_YORK = ZoneInfo("America/New_York")

PICTURES = (
    Picture(
        file="time-gap.svg",
        title="A gap: on 8 March 2026 clocks in New York went from 02:00 to 03:00",
        note="At the dashed line an hour of wall clock is left out. Each dot is a fire time.",
        zone=NEW_YORK,
        begin=datetime(2026, 3, 8, 5, tzinfo=UTC),
        change=datetime(2026, 3, 8, 7, tzinfo=UTC),
        second_pass=timedelta(0),
        expressions=(("30 2 * * *", "a fixed-time job"), ("*/30 * * * *", "a wildcard job")),
    ),
    Picture(
        file="time-fold.svg",
        title="A fold: on 1 November 2026 clocks in New York went from 02:00 back to 01:00",
        note="At the dashed line the hour from 01:00 begins again; in the band it is shown for the second time.",
        zone=NEW_YORK,
        begin=datetime(2026, 11, 1, 4, tzinfo=UTC),
        change=datetime(2026, 11, 1, 6, tzinfo=UTC),
        second_pass=timedelta(hours=1),
        expressions=(("30 1 * * *", "a fixed-time job"), ("*/30 * * * *", "a wildcard job")),
    ),
)


def main() -> None:
    """Write all pictures beside this file."""
    for picture in PICTURES:
        (HERE / picture.file).write_text(picture.svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
