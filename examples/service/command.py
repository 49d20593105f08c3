"""The command line: what can be chosen, and what happens when it cannot be had."""

from __future__ import annotations

import logging
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from tickwright import TickwrightError

from .life import live
from .screen import Screen

HERE = Path(__file__).resolve().parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the service; return the exit code."""
    parser = ArgumentParser(
        prog="python examples/service",
        description="A small service on Tickwright: it backs up, checks and reports on the sources of this checkout. "
        "Ctrl-C ends it; started again, it goes on where it was, also after a kill -9.",
    )
    parser.add_argument("--seconds", type=_seconds, help="end by itself after so many seconds (default: run on)")
    parser.add_argument("--data", type=Path, default=HERE / "data", help="the folder for all it keeps (%(default)s)")
    options = parser.parse_args(arguments)
    data: Path = options.data.absolute()
    try:
        data.mkdir(parents=True, exist_ok=True)
        # What Tickwright has to say beside its events goes to a file; on the screen it would tear the table.
        logging.basicConfig(filename=data / "service.log", level=logging.INFO, format="%(asctime)s %(message)s")
        live(Screen(sys.stdout), root=HERE.parent.parent, data=data, seconds=options.seconds)
    except (OSError, TickwrightError) as error:
        print(f"The service cannot run: {error}", file=sys.stderr)
        return 1
    return 0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (isfinite(seconds) and seconds > 0):
        raise ArgumentTypeError(f"{text!r} is no length of time; give a number of seconds, such as 20")
    return seconds
