"""The values of the front door: event codes and masks, and the tree of errors."""

from __future__ import annotations

import ast
import builtins
import logging
import pickle
from datetime import timedelta
from inspect import getmembers, getmodule, isclass
from pathlib import Path

import pytest

from tests.schedulers.stage import utc
from tickwright import errors, events
from tickwright.active_run import NoCurrentRunError
from tickwright.errors import (
    ConflictingIdError,
    InvalidJobError,
    InvalidTriggerError,
    JobLookupError,
    TickwrightError,
    shortened,
)
from tickwright.run import Run, RunStatus

# -- events ----------------------------------------------------------------------------------------

KNOWN = {
    "EVENT_SCHEDULER_STARTED": 1,
    "EVENT_SCHEDULER_START": 1,
    "EVENT_SCHEDULER_SHUTDOWN": 2,
    "EVENT_SCHEDULER_PAUSED": 4,
    "EVENT_SCHEDULER_RESUMED": 8,
    "EVENT_EXECUTOR_ADDED": 16,
    "EVENT_EXECUTOR_REMOVED": 32,
    "EVENT_JOBSTORE_ADDED": 64,
    "EVENT_JOBSTORE_REMOVED": 128,
    "EVENT_ALL_JOBS_REMOVED": 256,
    "EVENT_JOB_ADDED": 512,
    "EVENT_JOB_REMOVED": 1024,
    "EVENT_JOB_MODIFIED": 2048,
    "EVENT_JOB_EXECUTED": 4096,
    "EVENT_JOB_ERROR": 8192,
    "EVENT_JOB_MISSED": 16384,
    "EVENT_JOB_SUBMITTED": 32768,
    "EVENT_JOB_MAX_INSTANCES": 65536,
}
"""What the field stores in its own settings and compares with."""


def codes() -> dict[str, int]:
    return {name: getattr(events, name) for name in events.__all__ if name.startswith("EVENT_")}


def test_the_codes_that_the_field_knows_have_the_values_that_it_knows():
    assert {name: codes()[name] for name in KNOWN} == KNOWN


def test_each_event_has_a_bit_of_its_own_and_all_of_them_are_all():
    single = {name: code for name, code in codes().items() if name not in ("EVENT_ALL", "EVENT_SCHEDULER_START")}
    assert all(code.bit_count() == 1 for code in single.values())
    assert len(set(single.values())) == len(single)
    assert sum(single.values()) == events.EVENT_ALL


def test_every_code_comes_as_exactly_one_class():
    by_class = events._CODES_BY_CLASS
    assert sum(by_class.values()) == events.EVENT_ALL
    for one in by_class:
        for other in by_class:
            assert one is other or not by_class[one] & by_class[other]


def test_the_mask_of_a_class_includes_those_derived_from_it():
    assert events.mask_of(events.Event) == events.EVENT_ALL
    assert events.mask_of(events.JobEvent) & events.EVENT_JOB_EXECUTED
    assert events.mask_of(events.JobEvent) & events.EVENT_TRIGGER_ERROR
    assert events.mask_of(events.SchedulerEvent) & events.EVENT_CLOCK_JUMPED
    assert events.mask_of(events.ClockJumpEvent) == events.EVENT_CLOCK_JUMPED
    assert not events.mask_of(events.SchedulerEvent) & events.mask_of(events.JobEvent)


def test_every_outcome_has_an_event():
    assert set(events.OUTCOME_CODES) == {status for status in RunStatus if status.is_final}
    assert len(set(events.OUTCOME_CODES.values())) == len(events.OUTCOME_CODES)


def test_events_are_made_in_the_order_that_the_field_makes_them_in():
    event = events.JobExecutionEvent(4096, "job", "default", utc(2026, 1, 1), 5, None, None)
    assert (event.code, event.job_id, event.jobstore, event.retval) == (4096, "job", "default", 5)
    assert events.SchedulerEvent(1).alias is None
    assert events.JobSubmissionEvent(1, "j", "s", [utc(2026, 1, 1)]).scheduled_run_times == [utc(2026, 1, 1)]


def test_events_are_values():
    event = events.JobEvent(512, "job", "default")
    assert event == events.JobEvent(512, "job", "default") != events.JobEvent(1024, "job", "default")
    with pytest.raises(AttributeError):
        event.job_id = "other"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(event)) == event


# -- runs ------------------------------------------------------------------------------------------


def test_a_run_knows_when_it_was_taken_and_whether_it_is_over():
    run = Run(
        id="1",
        job_id="j",
        fire_time=utc(2026, 1, 1),
        due_at=utc(2026, 1, 1, 1),
        lateness=timedelta(minutes=5),
        reason="x",
    )
    assert run.taken_at == utc(2026, 1, 1, 1, 5)
    assert not run.is_settled
    ended = run.ended(RunStatus.SUCCEEDED, utc(2026, 1, 1, 2), result=3)
    assert (ended.is_settled, ended.result, ended.reason, ended.finished_at) == (True, 3, "x", utc(2026, 1, 1, 2))
    assert ended.ended(RunStatus.LOST, utc(2026, 1, 1, 3), reason="y").reason == "y"


def test_a_run_is_logged_whole_where_logging_puts_it_in(caplog):
    run = Run(id="r", job_id="j", fire_time=utc(2026, 1, 1), due_at=utc(2026, 1, 1))
    with caplog.at_level(logging.INFO):
        logging.getLogger("here").info("%s", run)
    assert caplog.messages == [f"{run}"] == [repr(run)]


def test_a_status_is_its_own_text():
    assert f"{RunStatus.TIMED_OUT}" == RunStatus("timed_out") == "timed_out"
    assert [status for status in RunStatus if not status.is_final] == ["scheduled", "running"]


# -- errors ----------------------------------------------------------------------------------------


def all_errors() -> set[type]:
    return {one for _, one in getmembers(errors, isclass) if issubclass(one, Exception) and getmodule(one) is errors}


def test_the_tree_at_the_top_is_the_tree_that_is_there():
    tree = (errors.__doc__ or "").split("::\n", 1)[1]
    drawn = [word for line in tree.splitlines() for word in line.replace("(", " ").split() if word.endswith("Error")]
    assert set(drawn) >= {one.__name__ for one in all_errors() if not one.__name__.startswith("_")}


def test_the_bases_in_the_tree_are_those_of_the_classes():
    for line in (errors.__doc__ or "").splitlines():
        words = line.replace("(", " ").replace(")", " ").split()
        names = [word for word in words if word.endswith("Error")]
        if len(names) == 2:
            assert issubclass(getattr(errors, names[0]), getattr(builtins, names[1]))


def test_every_error_is_one_of_ours_and_can_be_imported_by_name():
    for one in all_errors():
        assert issubclass(one, TickwrightError)
        assert one.__name__ in errors.__all__ or one.__name__.startswith("_")
    assert issubclass(NoCurrentRunError, (TickwrightError, LookupError))


def test_an_error_with_a_key_says_a_sentence_and_not_a_quoted_one():
    assert str(JobLookupError("there is no job 'x'")) == "there is no job 'x'"
    assert str(JobLookupError()) == ""


@pytest.mark.parametrize(
    "error",
    [
        InvalidTriggerError("hour", 25, "0 to 23 is taken"),
        JobLookupError("no job"),
        ConflictingIdError("taken", job_id="a"),
        InvalidJobError("too long", job_id="b"),
    ],
)
def test_an_error_comes_back_from_another_process_as_it_was(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_an_error_about_a_trigger_tells_its_parts():
    error = InvalidTriggerError("hour", 25, "0 to 23 is taken")
    assert (error.field, error.value, error.reason) == ("hour", "25", "0 to 23 is taken")
    assert str(error) == "hour: 0 to 23 is taken (got 25)"


@pytest.mark.parametrize(
    "value",
    ["x" * 10**7, b"x" * 10**7, list(range(10**4)), 10**4000, {"a": "b" * 1000}, ["x" * 10**7], [set(range(10**5))]],
    ids=lambda value: type(value).__name__,
)
def test_what_is_shown_of_a_value_is_short(value):
    assert len(shortened(value)) <= 50


def test_an_error_does_not_keep_the_large_value_that_it_refuses():
    error = InvalidTriggerError("expression", "x" * 10**7, "longer than 1,000 characters")
    assert len(repr(error)) < 200
    assert len(pickle.dumps(error)) < 1_000


class Unshowable:
    def __repr__(self) -> str:
        raise ZeroDivisionError("a repr with a bug")


@pytest.mark.parametrize(
    ("value", "shown"), [(Unshowable(), "<Unshowable"), (10**5000, "<int")], ids=["a repr that raises", "a huge number"]
)
def test_a_value_that_cannot_be_shown_spoils_no_message(value, shown):
    assert shortened(value).startswith(shown)
    assert len(shortened(value)) <= 50


def test_what_is_short_is_shown_whole():
    assert shortened("short") == "'short'"
    assert shortened(None) == "None"


def test_the_sources_raise_no_bare_exception():
    for path in sorted(Path(errors.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = getattr(node.exc.func, "id", "")
                assert name not in ("Exception", "BaseException"), f"{path.name}:{node.lineno}"
