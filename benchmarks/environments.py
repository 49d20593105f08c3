"""Environments: each peer is installed for itself, so that none meets another's libraries."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["python_with"]

FOLDER = Path(__file__).parent / ".environments"
"""Where they are kept, so that a second run starts at once; `make clean` deletes it."""


def python_with(requirements: tuple[str, ...], folder: Path = FOLDER) -> str:
    """Return the Python of an environment that has these; without any, it is this checkout and the Python that runs.

    The environment is made where there is none yet.
    """
    if not requirements:
        return sys.executable
    home = folder / re.sub(r"[^a-zA-Z0-9.]+", "-", " ".join(requirements))
    python, made = home / "bin" / "python", home / ".made"
    if not made.exists():
        print(f"installing {' '.join(requirements)} ...", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)  # of an installation that was broken off
        venv.create(home, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        made.touch()
    return str(python)
