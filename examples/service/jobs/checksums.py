"""The checksums: SHA-256 of every source file, in the format of sha256sum, and what changed since the last time."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from ..sources import source_files
from ..wording import number


def write_checksums(root: Path, data: Path) -> str:
    """Write `checksums.sha256`, to be checked with `sha256sum -c`, and return how many files are not as they were."""
    sums = {
        file.relative_to(root).as_posix(): sha256(file.read_bytes()).hexdigest() for file in source_files(root, data)
    }
    target = data / "checksums.sha256"
    before = _read(target)
    draft = target.with_suffix(".draft")
    draft.write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()), encoding="utf-8")
    os.replace(draft, target)
    if not before:
        return f"{number(len(sums), 'file')}, all for the first time"
    changed = sum(before.get(name) != sums.get(name) for name in before.keys() | sums.keys())
    return f"{number(len(sums), 'file')}, {changed or 'none'} changed"


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
