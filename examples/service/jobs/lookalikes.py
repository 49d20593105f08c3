"""The search for lookalikes: which two source files have most in common. It takes seconds, and shows its progress."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

from ..progress import tracked
from ..sources import largest_files

FILES = 48
WORDS = 1_000
"""Of each file so many words are compared: enough to tell, and the work stays the same however large they grow."""


def find_lookalikes(root: Path, data: Path) -> str:
    """Compare the largest files, each with each, and return the pair that is most alike."""
    texts = {file: file.read_text(encoding="utf-8").split()[:WORDS] for file in largest_files(root, data, FILES)}
    alike = 0.0, "nothing to compare"
    for one, other in tracked(list(combinations(texts, 2)), data):
        ratio = SequenceMatcher(None, texts[one], texts[other], autojunk=False).ratio()
        alike = max(alike, (ratio, f"{one.name} and {other.name}"))
    return f"{alike[0]:.0%} alike: {alike[1]}"
