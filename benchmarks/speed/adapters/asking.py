"""Asking for fire times: the adapters of `triggers_right`, which ask for the right ones, ask for quick ones here."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

ADAPTERS = Path(__file__).parents[2] / "triggers_right" / "adapters"


def fires_of(name):
    """Return the function `fires(expr, zone, start)` of one of them, imported when it is first called."""

    def fires(expr, zone, start):
        if str(ADAPTERS) not in sys.path:
            sys.path.insert(0, str(ADAPTERS))  # they import each other from there
        return import_module(f"ask_{name}").fires(expr, zone, start)

    return fires
