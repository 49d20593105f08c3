"""Holds cron triggers against the walk, over every change of every zone's clock.

make test-time, or for parts of it: python -m tests.triggers.proof --help
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from time import monotonic
from zoneinfo import available_timezones

from tests.triggers.proof.cases import Books, case_names, clock_of_case, run_case
from tests.triggers.proof.clocks import clock_of
from tests.triggers.proof.defects import DEFECTS

FIRST_YEAR, LAST_YEAR = 1970, 2040


def main(arguments: list[str]) -> int:
    """Return 0 if nothing differs, and 1 after a line for each difference."""
    options = _parser().parse_args(arguments)
    if options.defect:
        return _notice(options)
    if options.case:
        return _replay(options.case)
    zones = options.zones or sorted(available_timezones())
    seed = random.randrange(10**6) if options.seed is None else options.seed
    print(f"seed {seed}: {len(zones)} zones, {options.years[0]} to {options.years[1]}", flush=True)
    began = monotonic()
    books, changes = Books(), 0
    with ProcessPoolExecutor(options.processes) as pool:
        tasks = [
            pool.submit(prove_zone, zone, options.years, seed, options.per_change, options.spans) for zone in zones
        ]
        for number, task in enumerate(as_completed(tasks), 1):
            changes_here, books_here = task.result()
            changes += changes_here
            books.add(books_here)
            for difference in books_here.differences:
                print(f"differs: {difference}", flush=True)
            if number % max(1, len(zones) // 20) == 0:
                print(f"{number} of {len(zones)} zones, {books.cases:,} cases, {_minutes(began)}", flush=True)
    _show(
        ("zones", len(zones)),
        ("changes of their clocks", changes),
        ("different expressions", len(books.expressions)),
        ("... about which the policies differ, there and then", books.telling),
        ("cases, an expression under a policy each", books.cases),
        ("... refused because they can never fire, rightly", books.refused),
        ("fire times compared, forwards and backwards", books.fire_times),
        ("differences", len(books.differences)),
    )
    print(f"seed {seed}, {_minutes(began)}")
    return 1 if books.differences else 0


def prove_zone(zone: str, years: tuple[int, int], seed: int, per_change: int, spans: int) -> tuple[int, Books]:
    """Return how many changes the zone's clock has, and what was found at them."""
    clock = clock_of(zone, *years)
    books = Books()
    for name in case_names(clock, seed, per_change, spans):
        run_case(name, clock, books)
    return len(clock.changes), books


def _replay(case: str) -> int:
    books = Books()
    run_case(case, clock_of_case(case), books)
    print("\n".join(books.differences) or f"{books.fire_times} fire times agree")
    return 1 if books.differences else 0


def _notice(options: argparse.Namespace) -> int:
    """Break the triggers, and stop at the first difference that this makes."""
    DEFECTS[options.defect]()
    for zone in options.zones:
        books, clock = Books(), clock_of(zone, *options.years)
        for name in case_names(clock, options.seed or 0, options.per_change, options.spans):
            run_case(name, clock, books)
            if books.differences:
                print(books.differences[0])
                return 1
    print("nobody noticed")
    return 0


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last)


def _show(*rows: tuple[str, int]) -> None:
    for name, number in rows:
        print(f"{name:<55}{number:>13,}")


def _minutes(began: float) -> str:
    minutes, seconds = divmod(round(monotonic() - began), 60)
    return f"{minutes} min {seconds} s"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.triggers.proof", description=__doc__)
    parser.add_argument("--seed", type=int, help="the same seed gives the same cases; any, if not given")
    parser.add_argument("--per-change", type=int, default=4, help="expressions for each change of a clock")
    parser.add_argument("--spans", type=int, default=8, help="expressions for each zone that are followed for years")
    parser.add_argument("--years", type=_years, default=(FIRST_YEAR, LAST_YEAR), help="as in 2000-2040")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--case", help="only this one, by the name that stands before a difference")
    parser.add_argument("--defect", choices=DEFECTS, help="break the triggers first, and see what notices it")
    parser.add_argument("zones", nargs="*", help="only these zones")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
