"""Stored jobs whose functions have moved: found by their lasting names, or where `moved` says that they are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.schedulers.stage import Heard, utc
from tickwright import events, moved, names
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(90)


class Shop:
    """An application whose modules are moved about between two starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = folder / "code"
        self.code.mkdir()

    def write(self, module: str, source: str) -> None:
        (self.code / f"{module}.py").write_text(source)
        sys.modules.pop(module, None)

    def delete(self, module: str) -> None:
        (self.code / f"{module}.py").unlink()
        sys.modules.pop(module, None)

    def forget(self) -> None:
        """Know nothing of names and moves, as a new process."""
        names._functions.clear()
        names._names.clear()
        names._moves.clear()

    def start(self, hour: int, **options) -> ManualScheduler:
        """Start it anew, at an hour of a day."""
        self.forget()
        store = SQLiteJobStore(self.folder / "jobs.sqlite")
        return ManualScheduler(utc(2026, 1, 1, hour), jobstores={"default": store}, **options)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    for room in ("_functions", "_names", "_moves"):
        monkeypatch.setattr(names, room, {})
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # two versions of a file may be of one second
    shop = Shop(tmp_path)
    monkeypatch.syspath_prepend(shop.code)
    yield shop
    for module in ("shop_old", "shop_new"):
        sys.modules.pop(module, None)


PLAIN = "def send(): return 'sent'\n"
NAMED = "from tickwright import named\n\n@named('send-invoices')\ndef {name}(): return 'sent from ' + __name__\n"


def test_a_job_comes_back_by_itself_when_it_is_said_where_its_function_went(shop):
    shop.write("shop_old", PLAIN)
    with shop.start(0) as scheduler:
        scheduler.add_job("shop_old:send", "interval", hours=1, id="invoices")
    shop.delete("shop_old")
    shop.write("shop_new", PLAIN)
    heard = Heard()
    with shop.start(3) as scheduler:
        scheduler.add_listener(heard, events.EVENT_JOB_READABLE)
        scheduler.advance(minutes=1)
        (unreadable,) = scheduler.get_unreadable_jobs()
        assert "there is no module 'shop_old'" in unreadable.reason
        assert scheduler.get_runs("invoices") == []
        moved("shop_old", "shop_new")
        scheduler.advance(minutes=1)
        assert scheduler.get_unreadable_jobs() == []
        (run,) = scheduler.get_runs("invoices")
        assert (run.status, run.result, run.coalesced) == ("succeeded", "sent", 3)
    assert [event.job_id for event in heard.events] == ["invoices"]


def test_a_named_function_is_found_wherever_it_is_now_and_whatever_it_is_called(shop):
    shop.write("shop_old", NAMED.format(name="send"))
    with shop.start(0) as scheduler:
        import shop_old  # type: ignore[import-not-found] # written above

        job = scheduler.add_job(shop_old.send, "interval", hours=1, id="invoices")
        assert job.func_ref == "send-invoices@shop_old:send"
    shop.delete("shop_old")
    shop.write("shop_new", NAMED.format(name="dispatch"))
    with shop.start(3) as scheduler:
        import shop_new  # type: ignore[import-not-found] # noqa: F401 - as an application does when it starts

        scheduler.advance(minutes=1)
        (run,) = scheduler.get_runs("invoices")
        assert run.result == "sent from shop_new"


def test_a_job_can_be_added_by_the_name_alone(shop):
    shop.write("shop_old", NAMED.format(name="send"))
    with shop.start(0) as scheduler:
        import shop_old  # noqa: F401 - gives the name

        assert scheduler.add_job("send-invoices", id="invoices").func_ref == "send-invoices@shop_old:send"
    with shop.start(1) as scheduler:
        scheduler.advance(minutes=1)
        assert [run.result for run in scheduler.get_runs("invoices")] == ["sent from shop_old"]


@pytest.mark.parametrize("how", ["named", "moved"])
def test_a_worker_process_is_told_where_the_function_is_now(shop, background, heard, how):
    shop.write("shop_old", NAMED.format(name="send") if how == "named" else PLAIN)
    with shop.start(0) as scheduler:
        import shop_old

        scheduler.add_job(shop_old.send, "interval", hours=1, id="invoices", executor="processes")
    shop.delete("shop_old")
    shop.write("shop_new", NAMED.format(name="dispatch") if how == "named" else PLAIN)
    shop.forget()
    if how == "named":
        import shop_new  # noqa: F401 - gives the name anew
    else:
        moved("shop_old:send", "shop_new:send")
    scheduler = background(
        start=False,
        jobstores={"default": SQLiteJobStore(shop.folder / "jobs.sqlite")},
        executors={"processes": ProcessPoolExecutor(1)},
    )
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR)
    scheduler.start()
    run = heard.wait_for(events.EVENT_JOB_EXECUTED, seconds=60).run
    assert run.result == ("sent from shop_new" if how == "named" else "sent")
