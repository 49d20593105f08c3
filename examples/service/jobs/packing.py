"""The comparison of packers: which of zlib, bz2 and lzma makes the sources smallest. It takes seconds, in a thread."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..progress import tracked
from ..sources import largest_files

FILES = 120

Packer = Callable[[bytes], bytes]

# A thread is the right place for this, and no process is needed: they all work without holding Python's lock.
PACKERS: dict[str, Packer] = {
    **{f"zlib {level}": partial(zlib.compress, level=level) for level in range(1, 10)},
    **{f"bz2 {level}": partial(bz2.compress, compresslevel=level) for level in range(1, 10)},
    **{f"lzma {level}": partial(lzma.compress, preset=level) for level in range(7)},
}


def compare_packers(root: Path, data: Path) -> str:
    """Pack the largest files, one by one, with each packer at each level; return the best."""
    before, packed = 0, Counter[str]()
    for file in tracked(largest_files(root, data, FILES), data):
        content = file.read_bytes()
        before += len(content)
        for name, pack in PACKERS.items():
            packed[name] += len(pack(content))
    best = min(packed, key=packed.__getitem__)
    return f"{best} packs best, to {packed[best] / before:.0%}"
