"""Fixtures of the tests of faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_disk import mounted


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """The folder of a file system of 6 MB; None where this user may not mount one."""
    with mounted(tmp_path / "disk", "6m") as folder:
        yield folder
