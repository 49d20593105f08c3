"""What the tests of programs share: a folder with the programs in it, and programs that end with their test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs.running import Program, install


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a new folder with all programs of apps/."""
    install(tmp_path)
    return tmp_path


@pytest.fixture
def launch(folder: Path) -> Iterator[Any]:
    """Return a function that starts a program in that folder."""
    started: list[Program] = []

    def launch(*command: str, **options: Any) -> Program:
        started.append(Program(command, folder, **options))
        return started[-1]

    yield launch
    for program in started:
        program.kill()
