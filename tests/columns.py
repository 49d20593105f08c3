"""Numbers as text, in columns that stand one below the other."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["in_columns"]


def in_columns(lines: Sequence[Sequence[object]]) -> str:
    """Return lines of as many cells each, aligned to the right."""
    widths = [max(len(str(cell)) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(str(cell).rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
