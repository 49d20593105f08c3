"""What is stored of a run's outcome, and what of a job is refused, each with its reason."""

import faulthandler
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.jobstores.sqlite.conftest import Opener
from tickwright.change import Change
from tickwright.errors import InvalidJobError, JobStoreError, UnpicklableResultError
from tickwright.jobstores.sqlite import SQLiteJobStore, outcome
from tickwright.reference import make_reference
from tickwright.run import Run, RunStatus
from tickwright.serializers import PickleSerializer
from tickwright.testing.suites.store.material import (
    NOW,
    Unstorable,
    committed,
    done,
    made_job,
    made_run,
    work,
)


class Two(Exception):
    """Pickled without complaint, and not loadable: its __init__ takes more than it hands on."""

    def __init__(self, code: int, hint: str) -> None:
        super().__init__(f"code {code}: {hint}")


class Mute:
    """An object that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("not shown")

    def __reduce__(self) -> Any:
        raise RuntimeError("not stored")


class Service:
    def __init__(self, connection: object = None) -> None:
        self.connection = connection

    def report(self, *args: object) -> None: ...


def settled(store: SQLiteJobStore, **outcome: Any) -> Run:
    run = made_run()
    committed(store, Change(job_id="job", started=(run,)))
    committed(store, Change(job_id="job", settled=(done(run, RunStatus.FAILED, **outcome),)))
    found = store.get_run(run.id)
    assert found is not None
    return found


# -- outcomes ----------------------------------------------------------------------------------------------


def test_an_exception_that_could_not_be_loaded_again_is_told_by_type_and_text(store: SQLiteJobStore) -> None:
    found = settled(store, exception=Two(7, "seven"), traceback="Traceback")
    assert isinstance(found.exception, UnpicklableResultError)
    assert str(found.exception) == "Two: code 7: seven"
    assert found.traceback == "Traceback"
    assert found.reason is not None
    assert "its exception is not stored" in found.reason


def test_an_exception_that_can_be_loaded_again_is_stored(store: SQLiteJobStore) -> None:
    found = settled(store, exception=FileNotFoundError(2, "no such file", "x.txt"))
    assert isinstance(found.exception, FileNotFoundError)
    assert found.exception.filename == "x.txt"
    assert found.reason is None


@pytest.mark.parametrize(
    "result", [threading.Lock(), lambda: None, Mute(), Unstorable()], ids=lambda result: type(result).__name__
)
def test_a_result_that_cannot_be_stored_is_told(store: SQLiteJobStore, result: object) -> None:
    found = settled(store, result=result)
    assert found.result is None
    assert found.reason is not None
    assert f"its result, a {type(result).__qualname__}, is not stored" in found.reason


def test_a_result_that_is_too_large_for_a_row_is_told(store: SQLiteJobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "LARGEST", 1000)
    found = settled(store, result=bytes(1000))
    assert found.result is None
    assert found.reason is not None
    assert "at most 1000" in found.reason


def test_text_that_is_no_unicode_is_stored_as_far_as_it_can_be(store: SQLiteJobStore) -> None:
    found = settled(store, traceback="größe \udcff", reason="file \udce9")
    assert found.traceback == "größe \\udcff"
    assert found.reason == "file \\udce9"


def test_no_user_code_runs_while_the_store_is_kept_from_others(store: SQLiteJobStore) -> None:
    # The arguments, the result and the exception each ask the store while they are written down and loaded.
    # A lock held meanwhile would never be free.
    Asking.store = store
    job = made_job(args=(Asking(),))
    run = made_run()
    with time_limit():
        store.add_job(job)
        store.update_job(job)
        store.update_job_if(job, 1)
        committed(store, Change(job_id="job", started=(run,)))
        committed(store, Change(job_id="job", settled=(done(run, result=Asking(), exception=AskingError()),)))
        store.read_due(NOW, 1)
        store.lookup_job("job")
        store.get_all_jobs()
        store.get_due_jobs(NOW)
        store.get_unreadable_jobs()
        store.get_run(run.id)
        store.get_runs()
        store.readmit_jobs()


def test_an_id_that_is_no_unicode_is_refused(store: SQLiteJobStore) -> None:
    with pytest.raises(InvalidJobError, match="udce9"):
        store.add_job(made_job("caf\udce9"))
    with pytest.raises(JobStoreError, match="no text"):
        store.lookup_job("caf\udce9")
    assert store.get_all_jobs() == []


class Asking:
    """A value that asks the store, on both its connections, whenever it is written down or loaded."""

    store: SQLiteJobStore

    def __reduce__(self) -> Any:
        self.ask()
        return type(self)._loaded, ()

    @classmethod
    def _loaded(cls) -> "Asking":
        cls.ask()
        return cls()

    @classmethod
    def ask(cls) -> None:
        Asking.store.next_due_time()
        Asking.store.get_runs(limit=0)


class AskingError(Exception):
    def __reduce__(self) -> Any:
        Asking.ask()
        return AskingError, ()


class time_limit:
    """Fail where a call inside hangs, instead of hanging with it."""

    def __enter__(self) -> None:
        faulthandler.dump_traceback_later(60, exit=True)

    def __exit__(self, *_: object) -> None:
        faulthandler.cancel_dump_traceback_later()


# -- jobs --------------------------------------------------------------------------------------------------

REFUSED = {
    "a lambda": ({"func": lambda: None, "reference": None}, "lambda"),
    "a local function": ({"func": (lambda: lambda x: x)(), "reference": None}, "lambda"),
    "an argument": ({"args": (1, Unstorable())}, "args[1] (a Unstorable)"),
    "an argument by name": ({"kwargs": {"fine": 1, "bad": threading.Lock()}}, "kwargs['bad'] (a lock)"),
    "an argument that cannot be shown": ({"args": (Mute(),)}, "args[0] (a Mute)"),
    "the object of a method": (
        {"func": Service(threading.Lock()).report, "reference": None},
        "the object whose method",
    ),
    "an argument of a partial": ({"func": partial(work, 1, Mute()), "reference": None}, "argument 1 of its partial"),
    "a keyword of a partial": ({"func": partial(work, a=Mute()), "reference": None}, "argument 'a' of its partial"),
}


@pytest.mark.parametrize(("fields", "culprit"), REFUSED.values(), ids=REFUSED)
def test_a_job_that_cannot_be_stored_is_refused_with_the_part_that_is_in_the_way(
    store: SQLiteJobStore, fields: dict[str, Any], culprit: str
) -> None:
    given = {"reference": make_reference(work)} | fields
    with pytest.raises(InvalidJobError) as raised:
        store.add_job(made_job("the job", **given))
    message = str(raised.value)
    assert message.startswith("job 'the job' cannot be stored: ")
    assert culprit in message
    assert store.get_all_jobs() == []


def test_a_method_of_an_object_and_a_partial_are_found_again(store: SQLiteJobStore) -> None:
    for func in (Service("connection").report, partial(work, 1, two=2), partial(Service("c").report, 1)):
        store.add_job(made_job(func=func, reference=make_reference(func)))
        job = store.lookup_job("job")
        assert job is not None
        assert job.reference is not None
        assert job.reference.name == make_reference(func).name
        if isinstance(func, partial):
            assert isinstance(job.func, partial)
            assert (job.func.args, job.func.keywords) == (func.args, func.keywords)
        else:
            assert job.func.__self__.connection == "connection"  # type: ignore[attr-defined]
        store.remove_job("job")


def test_rescheduling_does_not_touch_the_body(opened: Opener, path: Path) -> None:
    class Counting(PickleSerializer):
        written = 0

        def dumps(self, value: Any) -> bytes:
            Counting.written += 1
            return super().dumps(value)

    store = opened(serializer=Counting())
    store.add_job(made_job(args=(bytes(10_000),)))
    assert Counting.written == 1
    for version in range(1, 10):
        committed(
            store,
            Change(job_id="job", expected_version=version, schedule=made_job(version=version + 1).schedule),
        )
    assert Counting.written == 1
