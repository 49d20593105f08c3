"""Measuring: what runs in a peer's own environment, as a fresh process for each measurement.

    python -m benchmarks.speed.measure GROUP ADAPTER CASE

It prints one line of JSON: the figures, or why there are none.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

from benchmarks.speed.books import DroppedWorkError, LacksError

__all__ = ["measured"]


def main() -> None:
    """Measure one case of one group with one adapter."""
    group, adapter, case = sys.argv[1:]
    replies, sys.stdout = sys.stdout, sys.stderr  # a library that prints does not break the line
    reply = measured(
        import_module(f"benchmarks.speed.groups.{group}"),
        import_module(f"benchmarks.speed.adapters.{adapter}"),
        json.loads(case),
    )
    print(json.dumps(reply), file=replies, flush=True)


def measured(group: Any, adapter: Any, case: dict[str, Any]) -> dict[str, Any]:
    """Return what came of a measurement; an adapter without the function that the case needs lacks it."""
    needed = case["needs"]
    if not hasattr(adapter, needed):
        return {"lacks": ""}
    try:
        return {"figures": group.measure(adapter, case)}
    except LacksError as lack:
        return {"lacks": str(lack)}
    except DroppedWorkError as failure:
        return {"failed": f"dropped work: {failure}"}


if __name__ == "__main__":
    main()
