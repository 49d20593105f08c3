"""The inventory: how many files and lines there are, taken once at each start."""

from __future__ import annotations

from pathlib import Path

from ..sources import source_files
from ..wording import number


def take_inventory(root: Path, data: Path) -> str:
    """Count files and lines."""
    files = source_files(root, data)
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    return f"{number(len(files), 'file')}, {number(lines, 'line')}"
