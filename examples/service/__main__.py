"""Where Python starts: `python examples/service`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    # Python has put this folder on the path. Its parent belongs there instead: that makes the folder a package, and its
    # jobs `service.jobs.backup:back_up` and so on, names by which the database and the worker processes find them.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

    sys.exit(import_module("service.command").main())
