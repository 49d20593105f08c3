"""The program: asks all peers, or those named, and prints the table: `make peers`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from benchmarks.environments import python_with
from benchmarks.triggers_right.asking import ADAPTERS, Asked
from benchmarks.triggers_right.cases import Case, read_cases
from benchmarks.triggers_right.malformed import malformed_markdown, malformed_texts, what_came
from benchmarks.triggers_right.peers import PEERS, Peer
from benchmarks.triggers_right.same_hour import HOURS, same_hour_markdown, shown
from benchmarks.triggers_right.table import Tally, as_json, as_markdown
from benchmarks.triggers_right.verdict import judge
from tickwright import CronTrigger, __version__

OTHER_RULES = ("wall_clock", "skip", "shift")
MOST_COMPARED = 40


def main() -> None:
    """Run all peers over all cases."""
    parser = argparse.ArgumentParser(prog="make peers", description="Which fire times do schedulers get wrong?")
    parser.add_argument("peers", nargs="*", help="the names of those to ask; all of them if none is given")
    parser.add_argument("--json", type=Path, help="a file to write the counts to")
    options = parser.parse_args()
    chosen = [peer for peer in PEERS if not options.peers or peer.name in options.peers]
    cases = list(read_cases())
    other_rules = {case.id: answers_by_other_rules(case) for case in cases}
    tallies = [ask_all(peer, cases, other_rules) for peer in chosen]
    same_hour = {peer.name: ask_same_hour(peer) for peer in chosen}
    malformed = {peer.name: ask_malformed(peer) for peer in chosen}
    print(as_markdown(tallies))
    print(f"\n{same_hour_markdown(same_hour)}")
    print(f"\n{malformed_markdown(malformed)}")
    if options.json:
        options.json.write_text(json.dumps(as_json(tallies), indent=1) + "\n", encoding="utf-8")


def asked_of(peer: Peer) -> Asked:
    """Return the adapter of a peer, to be asked in the peer's own environment."""
    return Asked(python_with(peer.requirements), ADAPTERS / peer.adapter)


def ask_all(peer: Peer, cases: list[Case], other_rules: dict[int, tuple[tuple[datetime, ...], ...]]) -> Tally:
    """Return what one peer made of all cases."""
    print(f"{peer.name} ...", file=sys.stderr)
    tally = Tally(peer.name, __version__ if peer.requirement is None else peer.requirement.partition("==")[2])
    asked = asked_of(peer)
    try:
        for case in cases:
            verdict = judge(case, asked.ask(case), other_rules[case.id])
            tally.add(case.id, verdict, case.features <= peer.claims)
    finally:
        asked.stop()
    return tally


def ask_same_hour(peer: Peer) -> list[str]:
    """Return what one peer does in the hours in which clocks change."""
    asked = asked_of(peer)
    try:
        return [shown(question, asked.ask(question)) for question in HOURS.values()]
    finally:
        asked.stop()


def ask_malformed(peer: Peer) -> Counter[str]:
    """Return how often what came of texts that say nothing."""
    asked = asked_of(peer)
    try:
        return Counter(what_came(asked.ask(text)) for text in malformed_texts())
    finally:
        asked.stop()


def answers_by_other_rules(case: Case) -> tuple[tuple[datetime, ...], ...]:
    """Return what the three other rules for changes of clock say; they differ from cron's only there."""
    if case.is_never or not case.is_dst:
        return ()
    answers = []
    for policy in OTHER_RULES:
        trigger = CronTrigger.from_crontab(case.expr, case.zone, dst_policy=policy)
        fires: list[datetime] = []
        at: datetime | None = case.start
        while len(fires) < MOST_COMPARED and (at := trigger.get_next_fire_time(at, case.start)) and at <= case.horizon:
            fires.append(at)
        answers.append(tuple(fires))
    return tuple(answers)


if __name__ == "__main__":
    main()
