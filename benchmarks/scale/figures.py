"""What the cases of this benchmark have in common: memory, and how late runs were."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

__all__ = ["lateness_of", "resident_bytes", "shown"]


def resident_bytes() -> int:
    """Return the memory of this process, on Linux."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def lateness_of(late: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the longest of these seconds."""
    ordered = sorted(late)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1]


def shown(late: tuple[float, float, float]) -> str:
    """Return it in milliseconds."""
    return "p50 {:.1f} ms, p99 {:.1f} ms, longest {:.1f} ms".format(*(seconds * 1e3 for seconds in late))
