"""Malformed texts: what each peer does with crontab texts that say nothing, or can never fire."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.triggers_right.cases import Case
from benchmarks.triggers_right.verdict import Answer

__all__ = ["malformed_markdown", "malformed_texts", "what_came"]

FILE = Path(__file__).resolve().parents[2] / "tests" / "triggers" / "data" / "bad_inputs.jsonl"
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
LONG_LIST = "0," * 500_000 + "0 * * * *"
"""A comma list of a million characters."""
OUTCOMES = ("refused", "never fires", "taken", "crashed", "timed out")


def malformed_texts() -> list[Case]:
    """Return the questions: each text that must be refused, or never fires, and a very long one."""
    with FILE.open(encoding="utf-8") as lines:
        inputs = [json.loads(line) for line in lines]
    texts = [one["input"] for one in inputs if "OK" not in one["ideal"]]
    return [
        Case(
            id=number,
            expr=text,
            zone="UTC",
            start=BEGIN,
            horizon=END,
            expected=(),
            is_dst=False,
            is_never=True,
        )
        for number, text in enumerate([*texts, LONG_LIST])
    ]


def what_came(answer: Answer) -> str:
    """Return one of the outcomes; a text with a fire time was taken for something that it does not say."""
    if answer.failure is not None:
        return str(answer.failure)
    return "taken" if answer.fires else "never fires"


def malformed_markdown(counts: dict[str, Counter[str]]) -> str:
    """Return the table, a row for each peer."""
    lines = [f"| | {' | '.join(OUTCOMES)} |", f"|---|{'---:|' * len(OUTCOMES)}"]
    for name, count in counts.items():
        lines.append(f"| {name} | {' | '.join(str(count[outcome]) for outcome in OUTCOMES)} |")
    return "\n".join(lines)
