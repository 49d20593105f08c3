"""The benchmark of speed does its sums right, and has no figure for work that was dropped. No time is asserted."""

import json
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.environments import python_with
from benchmarks.speed import adapters, books
from benchmarks.speed.__main__ import main
from benchmarks.speed.figures import Figures, times_as_good
from benchmarks.speed.groups import GROUPS, c_due_at_once, e_sqlite, i_catching_up
from benchmarks.speed.measure import measured
from benchmarks.speed.names import APSCHEDULER_3, LIMIT, TICKWRIGHT
from benchmarks.speed.page import BEGIN, END, PAGE, written_into
from benchmarks.speed.peers import PEERS, QUICK
from benchmarks.speed.plots import CURVES
from benchmarks.speed.reach import AsGoodAs, AtLeast, AtMost, Flat, NearLimit, verdict
from benchmarks.speed.results import Results, here_and_now
from benchmarks.speed.row import BYTES, MICROS, PER_SECOND, Row
from benchmarks.speed.table import as_markdown, everybody, reached, summary
from benchmarks.speed.turns import ask, group_of, take_turns

ADAPTERS = Path(adapters.__file__).parent
TICKWRIGHT_PEER = PEERS[0]


def figures(**by_name):
    """Return figures of one key, "x"; names are given with underscores."""
    found = Figures()
    for name, rounds in by_name.items():
        for figure in rounds if isinstance(rounds, list) else [rounds]:
            found.add(name.replace("_", " "), {"x": figure})
    return found


def row(*reach, unit=MICROS):
    return Row(key="x", label="what", unit=unit, reach=reach)


# -- the sums ------------------------------------------------------------------------------------------


def test_a_figure_is_the_median_of_its_rounds():
    assert figures(Tickwright=[5.0, 1.0, 2.0]).of(TICKWRIGHT, "x") == 2.0
    assert figures(Tickwright=1.0).of(LIMIT, "x") is None


def test_half_the_time_and_twice_the_rate_are_twice_as_good():
    assert times_as_good(1.0, 2.0, more_is_better=False) == 2.0
    assert times_as_good(2.0, 1.0, more_is_better=True) == 2.0
    assert times_as_good(None, 1.0, more_is_better=True) is None


def test_neither_a_limit_nor_tickwright_is_a_peer():
    found = figures(Tickwright=1.0, bare_limit=0.5, bare_submit=0.4, huey=3.0, schedule=2.0)
    assert found.best_peer("x", more_is_better=False) == "schedule"
    assert found.best_peer("x", more_is_better=True) == "huey"
    assert figures(Tickwright=1.0).best_peer("x", more_is_better=False) is None


@pytest.mark.parametrize(
    ("reach", "ours", "theirs", "unit", "expected"),
    [
        (AsGoodAs(10, APSCHEDULER_3), 1.0, 10.0, MICROS, "met"),
        (AsGoodAs(10, APSCHEDULER_3), 1.0, 9.9, MICROS, "not met"),
        (AsGoodAs(10, APSCHEDULER_3), 10.0, 1.0, PER_SECOND, "met"),
        (AsGoodAs(10, APSCHEDULER_3), 9.9, 1.0, PER_SECOND, "not met"),
        (AtMost(600), 600.0, 1.0, BYTES, "met"),
        (AtMost(600), 601.0, 1.0, BYTES, "not met"),
        (AtMost(2), 1.9e-6, 1.0, MICROS, "met"),
        (AtLeast(20_000), 19_999.0, 1.0, PER_SECOND, "not met"),
        (AsGoodAs(2, "nobody"), 1.0, 1.0, MICROS, "not measured"),
    ],
)
def test_what_is_to_be_reached_is_met_or_not(reach, ours, theirs, unit, expected):
    found = figures(Tickwright=ours, APScheduler_3=theirs)
    assert verdict(found, row(reach, unit=unit)) == expected


@pytest.mark.parametrize(
    ("share", "ours", "unit", "is_met"),
    [(1.2, 1.2, MICROS, True), (1.2, 1.3, MICROS, False), (0.8, 0.8, PER_SECOND, True), (0.8, 0.7, PER_SECOND, False)],
)
def test_near_the_limit_is_little_more_time_or_little_less_rate(share, ours, unit, is_met):
    assert NearLimit(share).holds(figures(Tickwright=ours, bare_limit=1.0), row(unit=unit)) is is_met


def test_flat_compares_with_fewer_jobs():
    found = figures(Tickwright=1.6)
    found.add(TICKWRIGHT, {"few": 1.0})
    assert Flat(1.5, "few", "that of few").holds(found, row()) is False
    assert Flat(1.7, "few", "that of few").holds(found, row()) is True


def test_one_of_several_that_is_not_met_decides():
    found = figures(Tickwright=1.0, APScheduler_3=5.0)
    assert verdict(found, row(AsGoodAs(2, APSCHEDULER_3), AsGoodAs(1, "nobody"))) == "not measured"
    assert verdict(found, row(AsGoodAs(10, APSCHEDULER_3), AsGoodAs(1, "nobody"))) == "not met"


def test_what_is_not_built_is_not_met_and_says_so():
    found = Figures()
    found.remark(TICKWRIGHT, ["x"], "not built")
    assert verdict(found, row(AtMost(1))) == "not met (not built)"
    assert "**not built**" in summary([row(AtMost(1))], found)


def test_the_table_shows_ours_beside_the_others():
    found = figures(Tickwright=2e-6, APScheduler_3=30e-6, huey=8e-6, bare_limit=1e-6)
    head, line, shown = summary([row(AsGoodAs(10, APSCHEDULER_3))], found).splitlines()
    assert head.count("|") == line.count("|") == shown.count("|")
    assert shown == "| what | µs | 30 | 8 (huey) | 1 | **2** | 15 × | 4 × | 2 | ≥ 10 × APScheduler 3 | met |"
    assert everybody([row()], found).splitlines()[-1] == "| what | µs | 2 | 30 | 8 | 1 |"
    assert everybody([row()], figures(Tickwright=1.0, bare_limit=1.0)) == ""


def test_the_head_says_how_much_is_reached():
    found = Figures()
    found.add(TICKWRIGHT, {"catch up": 0.001})
    made = Results(date="2026-01-05", machine="a machine", quick=False, rounds=3, groups={"I": found})
    assert reached(made) == (1, 1)
    assert as_markdown(made).startswith(
        "A run of 2026-01-05, 3 rounds, on a machine. Of 1 figures to reach, 1 are met."
    )
    assert "| ≤ 1 ms | met |" in as_markdown(made)


# -- dropped work --------------------------------------------------------------------------------------


class Careless:
    """A scheduler that runs the first job once too often and forgets the last."""

    def __init__(self, threads, runs):
        self.jobs = []

    def open(self):
        pass

    def add_once(self, func, number, when):
        self.jobs.append((func, number))

    def go(self):
        for func, number in [self.jobs[0], *self.jobs[:-1]]:
            func(number)

    def close(self):
        pass


class Forgetful(Careless):
    """A scheduler that runs all jobs and says that one is not on record."""

    def go(self):
        for func, number in self.jobs:
            func(number)

    def check_record(self, count):
        raise books.DroppedWorkError("the history lacks one")


DUE_AT_ONCE = {"needs": "in_memory", "count": 20, "kind": "once", "keys": ["20 once"], "seconds": 60}


def test_a_workload_that_drops_work_has_failed():
    reply = measured(c_due_at_once, SimpleNamespace(in_memory=Careless), DUE_AT_ONCE)
    assert reply == {"failed": "dropped work: of 50 jobs, 1 did not run, and 1 ran unasked"}


def test_a_workload_whose_history_is_not_complete_has_failed():
    reply = measured(c_due_at_once, SimpleNamespace(in_memory=Forgetful), DUE_AT_ONCE)
    assert reply == {"failed": "dropped work: the history lacks one"}


def test_a_job_that_never_runs_is_waited_for_and_told():
    books.begin(2)
    books.note(0)
    with pytest.raises(books.DroppedWorkError, match="1 of 2 jobs had not run"):
        books.wait(seconds=0.01)


def test_jobs_in_worker_processes_are_counted_by_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv(books.PATH, "")
    monkeypatch.setattr(books, "_file", -1)
    path = str(tmp_path / "books")
    books.begin_file(path)
    for number in (3, 1, 3):
        books.note_in_file(number)
    assert books.wait_for_file(path, 3) == [3, 1, 3]
    with pytest.raises(books.DroppedWorkError, match="not all of 4"):
        books.wait_for_file(path, 4, seconds=0.01)
    with pytest.raises(books.DroppedWorkError, match="1 did not run, and 1 ran unasked"):
        books.check([1, 2, 3], [3, 1, 3])


def test_who_drops_work_in_one_round_has_no_figure_and_is_named():
    replies = iter([{"figures": {"20 once": 1.0}}, {"failed": "dropped work: one"}])

    def measure(group, peer, case):
        return next(replies, {"lacks": ""})

    found = take_turns(["I"], [TICKWRIGHT_PEER], 3, quick=True, measure=measure)["I"]
    assert found.of(TICKWRIGHT, "catch up") is None
    assert found.failures == ["Tickwright, catch up: dropped work: one"]
    assert Results(date="", machine="", quick=True, rounds=3, groups={"I": found}).failures


def test_who_lacks_something_is_not_asked_again():
    asked = []

    def measure(group, peer, case):
        asked.append(peer.name)
        return {"lacks": ""} if peer.name == "huey" else {"figures": {"catch up": 1.0}}

    peers = [peer for peer in PEERS if peer.name in ("huey", "schedule")]
    found = take_turns(["I"], peers, 2, quick=True, measure=measure)["I"]
    assert sorted(asked) == ["huey", "schedule", "schedule"]
    assert not found.failures


def test_what_was_measured_before_ctrl_c_is_kept():
    replies = iter([{"figures": {"catch up": 1.0}}])

    def measure(group, peer, case):
        try:
            return next(replies)
        except StopIteration:
            raise KeyboardInterrupt from None

    found = take_turns(["I", "D"], [TICKWRIGHT_PEER], 3, quick=True, measure=measure)
    assert found["I"].of(TICKWRIGHT, "catch up") == 1.0
    assert found["D"].of(TICKWRIGHT, "p50") is None


# -- the parts fit together ----------------------------------------------------------------------------


def test_each_peer_has_an_adapter_and_each_function_of_it_is_one_that_a_group_needs():
    known = {case["needs"] for letter in GROUPS for case in group_of(letter).cases(quick=False)}
    for peer in PEERS:
        source = (ADAPTERS / f"{peer.adapter}.py").read_text(encoding="utf-8")
        assert any(f"def {name}(" in source or f"{name} = " in source for name in known), peer.name
    assert set(QUICK) <= {peer.name for peer in PEERS}


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("letter", GROUPS)
def test_each_row_has_a_case_that_gives_its_figure(letter, quick):
    group = group_of(letter)
    assert group.TITLE.startswith(f"{letter}: ")
    cases = group.cases(quick)
    assert all({"needs", "keys", "seconds"} <= set(case) for case in cases)
    assert {row.key for row in group.rows(quick)} <= {key for case in cases for key in case["keys"]}


def test_tickwright_needs_nothing_but_this_checkout():
    assert TICKWRIGHT_PEER.requirements == ()
    assert python_with(()) == sys.executable


@pytest.mark.parametrize("name", ["tickwright", "bare_limit"])
def test_all_jobs_run_and_are_on_record(name, tmp_path):
    adapter = import_module(f"benchmarks.speed.adapters.{name}")
    assert "figures" in measured(c_due_at_once, adapter, DUE_AT_ONCE)
    assert "figures" in measured(i_catching_up, adapter, {"needs": "in_memory"})
    on_disk = {"needs": "in_sqlite", "mode": "default", "count": 20, "folder": str(tmp_path)}
    for what in ("run", "add"):
        assert "figures" in measured(e_sqlite, adapter, on_disk | {"what": what})
    for _ in range(2):  # the second time from a copy of the file
        assert "figures" in measured(e_sqlite, adapter, on_disk | {"what": "start", "needs": "fill"})


def test_a_measurement_is_a_process_and_whatever_comes_of_it_is_a_reply():
    assert ask(GROUPS["C"], TICKWRIGHT_PEER, DUE_AT_ONCE)["figures"]["20 once"] > 0
    assert ask(GROUPS["C"], TICKWRIGHT_PEER, DUE_AT_ONCE | {"needs": "nothing"}) == {"lacks": ""}
    assert ask(GROUPS["C"], TICKWRIGHT_PEER, DUE_AT_ONCE | {"seconds": 0.01}) == {"slow": "> 0.01 s"}
    assert "ModuleNotFoundError" in ask("z_nothing", TICKWRIGHT_PEER, DUE_AT_ONCE)["failed"]


# -- the page and the plots ----------------------------------------------------------------------------


def results():
    found = figures(Tickwright=1.0)
    for number, figure in ((1_000, 1e-6), (20_000, 3e-6)):
        found.add(TICKWRIGHT, {f"add {number}": figure, f"last {number}": 9.0})
    made = here_and_now(quick=True, rounds=2)
    made.groups["B"] = found
    return made


def test_results_come_back_from_json():
    assert Results.from_json(results().as_json()) == results()


def test_only_what_is_between_the_marks_of_the_page_is_written_anew():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    written = written_into(text, results())
    assert written.startswith(f"before\n{BEGIN}\n")
    assert written.endswith(f"{END}\nafter\n")
    assert "### B: adding jobs" in written
    assert "old" not in written
    assert written_into(written, results()) == written
    with pytest.raises(ValueError, match="has no lines"):
        written_into("no marks", results())
    assert written_into(PAGE.read_text(encoding="utf-8"), results())


def test_a_curve_goes_over_the_number_of_jobs():
    adding = CURVES[0]
    assert [(number, round(figure)) for number, figure in adding.points(results(), TICKWRIGHT)] == [
        (1_000, 1),
        (20_000, 3),
    ]
    assert adding.points(results(), LIMIT) == []
    assert CURVES[1].points(results(), TICKWRIGHT) == []


# -- the command line ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rounds", ["0", "-1", "1.5", "many"])
def test_a_number_of_rounds_in_which_nothing_is_measured_is_refused(monkeypatch, capsys, rounds):
    monkeypatch.setattr(sys, "argv", ["bench", f"--rounds={rounds}"])
    with pytest.raises(SystemExit):
        main()
    assert f"argument --rounds: must be a whole number, at least 1, not '{rounds}'" in capsys.readouterr().err


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"groups": 3}'])
def test_results_to_start_from_that_are_not_there_or_are_none_are_refused(monkeypatch, capsys, tmp_path, text):
    path = tmp_path / "earlier.json"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(sys, "argv", ["bench", f"--redo={path}"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert f"argument --redo: {path} " in said
    assert ("there is no such file" if text is None else "has no results of an earlier run") in said
    assert path.exists() == (text is not None)


def test_results_to_start_from_are_kept_where_nothing_is_measured_anew(monkeypatch, capsys, tmp_path):
    path = tmp_path / "earlier.json"
    path.write_text(json.dumps(results().as_json()))
    monkeypatch.setattr(sys, "argv", ["bench", f"--redo={path}"])
    main()
    assert "B: adding jobs" in capsys.readouterr().out
    assert Results.from_json(json.loads(path.read_text())) == results()
