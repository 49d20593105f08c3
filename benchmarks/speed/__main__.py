"""The program: measures all groups, or those named, and prints their tables: `make bench`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection
from pathlib import Path

from benchmarks.speed.groups import GROUPS
from benchmarks.speed.peers import PEERS, QUICK
from benchmarks.speed.results import Results, here_and_now
from benchmarks.speed.table import as_markdown
from benchmarks.speed.turns import KEPT, take_turns

ROUNDS, QUICK_ROUNDS = 3, 2

Listed = Callable[[str], list[str]]


def main() -> None:
    """Measure, print, write; exit with 1 if anybody dropped work."""
    options = _options()
    results = _read(options.redo) if options.redo else here_and_now(options.quick, options.rounds)
    letters = options.groups or ([] if options.redo else list(GROUPS))
    peers = [peer for peer in PEERS if peer.name in (options.peers or _names(results.quick))]
    results.groups |= take_turns(letters, peers, options.rounds, results.quick)
    results.groups = dict(sorted(results.groups.items()))
    print(as_markdown(results))
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(results.as_json(), indent=1) + "\n", encoding="utf-8")
    if options.docs:
        from benchmarks.speed.page import rewrite
        from benchmarks.speed.plots import draw

        rewrite(results)
        draw(results)
    if results.failures:
        sys.exit("\n".join(["these do not count:", *results.failures]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="How fast is it, beside whom?")
    parser.add_argument("--quick", action="store_true", help="fewer jobs, and only ours, APScheduler 3 and the limits")
    parser.add_argument("--groups", type=_listed(GROUPS), help=f"some of {','.join(GROUPS)}; all if not given")
    parser.add_argument("--peers", type=_listed([peer.name for peer in PEERS]), help="names with commas between them")
    parser.add_argument("--rounds", type=_rounds, help="how often each is measured")
    parser.add_argument("--json", type=Path, help="the file for the figures of each round")
    parser.add_argument("--docs", action="store_true", help="write the tables and plots of docs/explanation anew")
    parser.add_argument("--redo", type=_earlier, help="results to start from: only the named groups are measured anew")
    options = parser.parse_args()
    options.rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    options.json = options.json or options.redo or KEPT / ("quick.json" if options.quick else "bench.json")
    return options


def _listed(known: Collection[str]) -> Listed:
    """Return what reads names with commas between them, each of which must be known."""

    def read(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"there is no {name!r}; there are {', '.join(known)}")
        return names

    return read


def _rounds(text: str) -> int:
    """Return a number of rounds in which something is measured."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, at least 1, not {text!r}")
    return int(text)


def _earlier(text: str) -> Path:
    """Return the path of a file that has results."""
    path = Path(text)
    try:
        _read(path)
    except OSError as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {why}") from None
    except (ValueError, TypeError, LookupError, AttributeError):
        raise argparse.ArgumentTypeError(f"{path} has no results of an earlier run") from None
    return path


def _read(path: Path) -> Results:
    return Results.from_json(json.loads(path.read_text(encoding="utf-8")))


def _names(quick: bool) -> tuple[str, ...]:
    return QUICK if quick else tuple(peer.name for peer in PEERS)


if __name__ == "__main__":
    main()
