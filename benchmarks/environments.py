"""Environments: each peer is installed for itself, so that none meets another's libraries."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["install", "python_of"]


def python_of(requirement: str | None, folder: Path) -> str:
    """Return the Python of the environment in a folder; `None` is this checkout, in the one that runs this."""
    return sys.executable if requirement is None else str(folder / "bin" / "python")


def install(requirement: str | None, folder: Path) -> str:
    """Make an environment with this requirement, and return its Python."""
    python = python_of(requirement, folder)
    if requirement is not None:
        venv.create(folder, with_pip=True)
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return python
