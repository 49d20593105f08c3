"""The sources: which files of the checkout the jobs work on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("src", "tests", "docs", "examples", "benchmarks")


def source_files(root: Path, data: Path) -> list[Path]:
    """Return the files in the source folders of `root`, sorted; what the service itself keeps in `data` is none."""
    return sorted(file for name in FOLDERS for file in _files_in(root / name, data))


def largest_files(root: Path, data: Path, count: int) -> list[Path]:
    """Return the largest Python files, at most `count` of them."""
    files = [file for file in source_files(root, data) if file.suffix == ".py"]
    return sorted(files, key=lambda file: file.stat().st_size, reverse=True)[:count]


def _files_in(folder: Path, data: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if not _is_passed_over(name) and here / name != data]
        yield from (here / name for name in files if not _is_passed_over(name))


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__"
