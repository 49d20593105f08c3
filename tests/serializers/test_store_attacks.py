"""What somebody with write access to the file can do to a store that signs or restricts: nothing is called.

The attacker changes the file with SQL, behind the back of a store that has it open, and the jobs really run.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.bodies import altered, of_the_first_version
from tests.serializers import shop
from tests.serializers.keys import OLD_SECRET, SECRET
from tickwright import events
from tickwright.errors import InvalidJobError, JobStoreError, UnreadableJobError
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.run import RunStatus
from tickwright.serializers import JSONSerializer, MovingSerializer, PickleSerializer, Serializer
from tickwright.testing import ManualScheduler

PROJECT = Path(__file__).resolve().parents[2]
SHOP = ["tests.serializers.shop"]
START = datetime(2026, 1, 1, tzinfo=UTC)

Maker = Callable[..., ManualScheduler]


class Touch:
    """Shows, when it is unpickled, that code was run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    shop.calls.clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def scheduler(path: Path) -> Iterator[Maker]:
    made: list[ManualScheduler] = []

    def make(serializer: Serializer | None = None, at: datetime = START) -> ManualScheduler:
        store = SQLiteJobStore(path, serializer=serializer)
        made.append(ManualScheduler(at, jobstores={"default": store}))
        return made[-1]

    yield make
    for one in made:
        one.shutdown()


def attack(path: Path, statement: str, *values: object) -> None:
    sql = sqlite3.connect(path)
    with sql:
        assert sql.execute(statement, values).rowcount > 0
    sql.close()


def fetched(path: Path, statement: str, *values: object) -> Any:
    sql = sqlite3.connect(path)
    found = sql.execute(statement, values).fetchone()
    sql.close()
    return found[0]


def body(path: Path, job_id: str) -> bytes:
    return bytes(fetched(path, "SELECT body FROM bodies JOIN jobs USING (key) WHERE id = ?", job_id))


SET_BODY = "UPDATE bodies SET body = ? WHERE key = (SELECT key FROM jobs WHERE id = ?)"


def set_aside(scheduler: ManualScheduler, job_id: str) -> str:
    """See that a job is set aside and not run when it is due; return the reason."""
    told: list[Any] = []
    scheduler.add_listener(told.append, events.EVENT_JOB_UNREADABLE)
    shop.calls.clear()
    scheduler.advance(hours=2)
    assert shop.calls == []
    assert [event.job_id for event in told] == [job_id]
    (unreadable,) = scheduler.get_unreadable_jobs()
    assert unreadable.job_id == job_id
    return unreadable.reason


def forged(path: Path) -> list[bytes]:
    state = {"version": 1, "func": "tests.serializers.shop:tidy", "args": (Touch(path),)}
    return [pickle.dumps(state), pickle.dumps(Touch(path))]


Form = Callable[[list[Any], Mapping[str, Any]], Any]
each_form = pytest.mark.parametrize("form", [altered, of_the_first_version])


# -- signed ----------------------------------------------------------------------------------------------------

SIGNING = [PickleSerializer(secret=SECRET), JSONSerializer(secret=SECRET)]


@pytest.mark.parametrize("serializer", SIGNING, ids=repr)
def test_a_forged_body_is_never_loaded_and_the_job_is_set_aside(
    scheduler: Maker, path: Path, tmp_path: Path, serializer: Serializer
) -> None:
    victim = scheduler(serializer)
    victim.add_job(shop.tidy, "interval", hours=1, id="nightly")
    for data in forged(tmp_path / "owned"):
        attack(path, SET_BODY, data, "nightly")
        reason = set_aside(scheduler(serializer), "nightly")
        assert "not signed" in reason
        assert "replace_existing=True" in reason
    assert not (tmp_path / "owned").exists()
    assert len(fetched(path, "SELECT body FROM bodies")) > 0  # and nothing of it is deleted


@pytest.mark.parametrize("serializer", SIGNING, ids=repr)
def test_a_job_that_was_set_aside_is_mended_by_adding_it_again_and_keeps_its_schedule(
    scheduler: Maker, path: Path, serializer: Serializer
) -> None:
    scheduler(None).add_job(shop.tidy, "interval", hours=1, id="nightly", args=["before"])
    now = scheduler(serializer, START + timedelta(minutes=30))
    with pytest.raises(UnreadableJobError, match="not signed"):
        now.get_job("nightly")
    now.add_job(shop.tidy, "interval", hours=1, id="nightly", args=["after"], replace_existing=True)
    assert now.get_unreadable_jobs() == []
    job: Any = now.get_job("nightly")
    assert job.next_run_time == START + timedelta(hours=1)
    now.advance(hours=1)
    assert shop.calls == [("after",)]


@pytest.mark.parametrize("serializer", SIGNING, ids=repr)
def test_a_signed_result_is_no_body(scheduler: Maker, path: Path, serializer: Serializer) -> None:
    # A job that returns what strangers say, such as the text of a page, and so has it signed.
    evil = {"version": 1, "func": "os:system", "trigger": None, "args": ("true",)}
    victim = scheduler(serializer)
    victim.add_job(shop.Order.latest, "interval", hours=1, id="fetching")
    victim.add_job(shop.tidy, "interval", hours=1, id="nightly")
    store: Any = victim._parts.jobstore("default")
    signed = store.serializer.within("result", "some-run").dumps(evil)
    attack(path, SET_BODY, signed, "nightly")
    assert "moved from another place" in set_aside(scheduler(serializer), "nightly")


@pytest.mark.parametrize("serializer", SIGNING, ids=repr)
def test_a_body_is_good_for_its_own_job_and_executor(scheduler: Maker, path: Path, serializer: Serializer) -> None:
    victim = scheduler(serializer)
    victim.add_job(shop.tidy, "interval", hours=1, id="nightly", args=["expensive"])
    victim.add_job(shop.tidy, "interval", weeks=1, id="other")
    attack(path, SET_BODY, body(path, "nightly"), "other")
    attack(path, "UPDATE jobs SET next_run_time = ? WHERE id = 'other'", int(START.timestamp() + 60) * 1_000_000)
    attack(path, "DELETE FROM jobs WHERE id = 'nightly'")
    assert "moved from another place" in set_aside(scheduler(serializer), "other")
    attack(path, "UPDATE jobs SET id = 'renamed'")
    assert "moved from another place" in set_aside(scheduler(serializer), "renamed")


def test_a_job_is_not_moved_to_another_executor(scheduler: Maker, path: Path) -> None:
    victim = scheduler(SIGNING[0])
    victim.add_job(shop.tidy, "interval", hours=1, id="nightly")
    attack(path, "UPDATE jobs SET executor = 'processes'")
    with pytest.raises(UnreadableJobError, match="moved from another place"):
        scheduler(SIGNING[0]).get_job("nightly")


@pytest.mark.parametrize("serializer", SIGNING, ids=repr)
def test_outcomes_are_good_for_their_own_run(
    scheduler: Maker, path: Path, tmp_path: Path, serializer: Serializer
) -> None:
    victim = scheduler(serializer)
    victim.add_job(shop.tidy, "interval", hours=1, id="nightly")
    victim.advance(hours=3)
    first, *_, last = victim.get_runs("nightly")
    assert (first.result, last.result) == ("tidy", "tidy")
    kept = fetched(path, "SELECT result FROM runs WHERE id = ?", first.id)
    for data in (kept, *forged(tmp_path / "owned")):
        attack(path, "UPDATE runs SET result = ? WHERE id = ?", data, last.id)
        found = scheduler(serializer).get_runs("nightly")[-1]
        assert (found.status, found.result) == (RunStatus.SUCCEEDED, None)
        assert "its result cannot be loaded here: UntrustedDataError" in str(found.reason)
    attack(path, "UPDATE runs SET exception = result, result = NULL WHERE id = ?", first.id)
    found = scheduler(serializer).get_runs("nightly")[0]
    assert "its exception cannot be loaded here: UntrustedDataError" in str(found.reason)
    assert not (tmp_path / "owned").exists()


def test_what_the_docs_say_is_not_covered_is_so(scheduler: Maker, path: Path) -> None:
    # Told in docs/explanation/security.md. If one of these is closed one day, the page must change as well.
    serializer = PickleSerializer(secret=SECRET)
    victim = scheduler(serializer)
    victim.add_job(shop.tidy, "interval", hours=1, id="nightly", args=["old"])
    old = body(path, "nightly")
    victim.modify_job("nightly", args=["new"])
    attack(path, SET_BODY, old, "nightly")  # an earlier body of the same job
    attack(path, "UPDATE jobs SET next_run_time = 1, next_fire_time = 1")  # and when it is due
    scheduler(serializer).step()
    assert shop.calls == [("old",)]


PROGRAM = """
import os, sys
from threading import Event
from tests.serializers import shop
from tickwright import BackgroundScheduler, JSONSerializer, SQLiteJobStore
from tickwright.events import EVENT_JOB_EXECUTED, EVENT_JOB_UNREADABLE

signing = {"secret": os.environ["JOBS_SECRET"]} if "JOBS_SECRET" in os.environ else {}
serializer = JSONSerializer(**signing, modules=["tests.serializers.shop"])
scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore(sys.argv[1], serializer=serializer)})
done = Event()
scheduler.add_listener(lambda event: done.set(), EVENT_JOB_EXECUTED | EVENT_JOB_UNREADABLE)
scheduler.start()
if "add" in sys.argv:
    scheduler.add_job(shop.tidy, "interval", hours=1, id="nightly", args=["/tmp"])
    scheduler.add_job(shop.tidy, "interval", hours=1, id="now", args=["/tmp"], next_run_time="2000-01-01")
assert done.wait(60)
print([job.id for job in scheduler.get_jobs()], [one.job_id for one in scheduler.get_unreadable_jobs()])
print([run.result for run in scheduler.get_runs(limit=1)], shop.calls)
scheduler.shutdown()
"""


def test_other_processes_need_the_secret(path: Path) -> None:
    def run(secret: str | None, *arguments: str) -> list[str]:
        environment = {name: value for name, value in os.environ.items() if name != "JOBS_SECRET"}
        command = [sys.executable, "-c", PROGRAM, str(path), *arguments]
        given = environment | ({} if secret is None else {"JOBS_SECRET": secret})
        done = subprocess.run(command, env=given, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=100)
        assert done.returncode == 0, done.stderr
        assert SECRET not in done.stdout + done.stderr
        return done.stdout.splitlines()

    assert run(SECRET, "add") == ["['nightly', 'now'] []", "['tidy'] [('/tmp',)]"]
    attack(path, "UPDATE jobs SET next_run_time = 1 WHERE id = 'now'")
    for other in (None, "another secret of sixteen bytes"):
        assert run(other) == ["[] ['now', 'nightly']", "[None] []"]
    assert run(SECRET) == ["['nightly', 'now'] []", "['tidy'] [('/tmp',)]"]


# -- restricted ------------------------------------------------------------------------------------------------


def json_body(**state: Any) -> bytes:
    trigger = {"$trigger": ["CronTrigger", {"version": 1, "minute": "0", "timezone": "UTC"}]}
    value = {"version": 1, "trigger": trigger, **state}
    return json.dumps({"tickwright": 1, "value": value}).encode()


EVIL = [
    "os:system",
    "builtins:eval",
    "tickwright.reference:find",
    "tests.serializers.trap:anything",
    "tests.serializers.outside:borrow",
    "tests.serializers.shop:system",
    "tests.serializers.shop:os.system",
    "tests.serializers.shop:subprocess.run",
    "tests.serializers.shop:Order.runner",
    "tests.serializers.shop:later",
]


@each_form
@pytest.mark.parametrize("func", EVIL)
def test_a_function_that_is_not_listed_is_neither_imported_nor_called(
    scheduler: Maker, path: Path, func: str, form: Form
) -> None:
    for serializer in (JSONSerializer(modules=SHOP), PickleSerializer(modules=SHOP)):
        victim = scheduler(serializer)
        victim.add_job(shop.tidy, "interval", hours=1, id="nightly", args=["true"], replace_existing=True)
        if isinstance(serializer, JSONSerializer):
            data = json_body(func=func, args={"$tuple": ["true"]})
        else:
            data = pickle.dumps(form(pickle.loads(body(path, "nightly")), {"func": func}))
        attack(path, SET_BODY, data, "nightly")
        assert "not admitted" in set_aside(scheduler(serializer), "nightly")
    assert "tests.serializers.trap" not in sys.modules


def test_without_listed_modules_json_lets_the_record_name_any_function(scheduler: Maker, path: Path) -> None:
    # Told in docs/explanation/security.md: JSON alone is no protection.
    victim = scheduler(JSONSerializer())
    victim.add_job(shop.tidy, "interval", hours=1, id="nightly")
    attack(path, SET_BODY, json_body(func="tests.serializers.shop:with_default"), "nightly")
    later = scheduler(JSONSerializer())
    later.advance(hours=1)
    assert later.get_runs("nightly")[0].result == "default"


@pytest.mark.parametrize(
    "serializer",
    [JSONSerializer(modules=SHOP), PickleSerializer(modules=SHOP), PickleSerializer(secret=SECRET, modules=SHOP)],
    ids=repr,
)
def test_jobs_of_listed_modules_run(scheduler: Maker, serializer: Serializer) -> None:
    before = scheduler(serializer)
    before.add_job(shop.tidy, "interval", hours=1, id="function", args=[1], kwargs={"keep": [2]})
    before.add_job(shop.decorated, "interval", hours=1, id="decorated")
    before.add_job(shop.Order.price, "interval", hours=1, id="static")
    before.add_job(shop.Order.Line, "interval", hours=1, id="class")
    before.add_job("tests.serializers.shop:cached", "interval", hours=1, id="cached", args=[3])
    before.add_job(shop.tidy, shop.Weekly(2), id="own trigger")
    if isinstance(serializer, PickleSerializer):
        before.add_job(shop.Order(7).ship, "interval", hours=1, id="method", args=["Rome"])
        before.add_job(shop.Caller(), "interval", hours=1, id="object")
        before.add_job(shop.Order.latest, "interval", hours=1, id="class method")
    count = len(before.get_jobs())
    later = scheduler(serializer)
    assert later.get_unreadable_jobs() == []
    assert len(later.get_jobs()) == count
    for job in later.get_jobs():
        later.run_job(job.id)
        later.step()
        (run,) = later.get_runs(job.id)
        assert run.status == RunStatus.SUCCEEDED, run
    assert (1,) in shop.calls
    assert ((7, "Rome") in shop.calls) == isinstance(serializer, PickleSerializer)


@pytest.mark.parametrize("serializer", [JSONSerializer(modules=SHOP), PickleSerializer(modules=SHOP)], ids=repr)
def test_a_job_of_a_module_that_is_not_listed_is_refused_when_it_is_added(
    scheduler: Maker, serializer: Serializer
) -> None:
    one = scheduler(serializer)
    for func, args in ((print, []), (shop.borrow, []), (shop.system, ["true"]), (shop.tidy, [shop.Borrowed()])):
        with pytest.raises(InvalidJobError, match=r"job 'j' cannot be stored.*(not admitted|is nothing that)"):
            one.add_job(func, "interval", hours=1, id="j", args=args)
    assert one.get_jobs() == []


@each_form
def test_a_method_is_called_on_an_object_of_its_own_class_only(scheduler: Maker, path: Path, form: Form) -> None:
    serializer = PickleSerializer(modules=SHOP)
    scheduler(serializer).add_job(shop.Order(7).ship, "interval", hours=1, id="nightly")
    record = pickle.loads(body(path, "nightly"))
    for impostor in (shop.Parcel(), "text", shop.Order):
        attack(path, SET_BODY, pickle.dumps(form(record, {"bound_to": impostor})), "nightly")
        assert "has no such method" in set_aside(scheduler(serializer), "nightly")


@each_form
@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("args", "text"),
        ("args", [1]),
        ("kwargs", [1]),
        ("partial_args", {"a": 1}),
        ("partial_kwargs", 1),
        ("trigger", "every hour"),
        ("trigger", shop.Order(1)),
        ("trigger", []),
        ("trigger", ["q", {}]),
        ("trigger", ["i", {"h": "many"}]),
        ("trigger", ["i", {"h": 1, "b": 10**30}]),
        ("trigger", ["i", {"h": 1, "v": 2}]),
        ("trigger", ["d", {"o": [1]}]),
        ("trigger", [["i"], {"h": 1}]),
        ("trigger", ["i", [("h", 1)]]),
        ("name", 7),
        ("coalesce", "yes"),
        ("max_instances", "many"),
        ("misfire_grace_time", "late"),
        ("on_lost", ["record"]),
        ("on_lost", "explode"),
        ("func", 7),
        ("func", None),
        ("version", "1"),
        ("version", [1]),
    ],
)
def test_a_part_of_the_wrong_kind_makes_a_job_unreadable_and_not_the_loop_fall_over(
    scheduler: Maker, path: Path, part: str, value: Any, form: Form
) -> None:
    serializer = PickleSerializer(modules=SHOP)
    scheduler(serializer).add_job(shop.tidy, "interval", hours=1, id="nightly")
    attack(path, SET_BODY, pickle.dumps(form(pickle.loads(body(path, "nightly")), {part: value})), "nightly")
    set_aside(scheduler(serializer), "nightly")


# -- one serializer and then another ---------------------------------------------------------------------------


def test_a_secret_is_changed_and_the_old_one_is_dropped(scheduler: Maker) -> None:
    scheduler(PickleSerializer(secret=OLD_SECRET)).add_job(shop.tidy, "interval", hours=1, id="nightly")
    both = scheduler(PickleSerializer(secret=SECRET, previous_secrets=[OLD_SECRET]))
    for job in both.get_jobs():
        job.modify()  # writes it anew
    new = scheduler(PickleSerializer(secret=SECRET))
    assert [job.id for job in new.get_jobs()] == ["nightly"]
    with pytest.raises(UnreadableJobError, match="neither secret nor in previous_secrets"):
        scheduler(PickleSerializer(secret=OLD_SECRET)).get_job("nightly")


@pytest.mark.parametrize(
    "new",
    [PickleSerializer(secret=SECRET), JSONSerializer(modules=SHOP), JSONSerializer(secret=SECRET, modules=SHOP)],
    ids=repr,
)
def test_a_store_moves_over_with_jobs_schedules_and_history(scheduler: Maker, new: Serializer) -> None:
    old = scheduler(None)
    old.add_job(shop.tidy, "interval", hours=1, id="nightly", args=[1])
    old.advance(hours=1)
    moving = scheduler(MovingSerializer(new, old=PickleSerializer()), START + timedelta(hours=1))
    for job in moving.get_jobs():
        job.modify()
    assert [run.result for run in moving.get_runs("nightly")] == ["tidy"]
    moved = scheduler(new, START + timedelta(hours=1))
    assert moved.get_unreadable_jobs() == []
    moved.advance(hours=1)
    assert [run.result for run in moved.get_runs("nightly")] == ["tidy", None]  # the old result was not moved
    assert shop.calls == [(1,), (1,)]


def test_while_it_moves_over_a_store_is_as_open_as_the_old_one(scheduler: Maker, path: Path) -> None:
    # Told in the docstring: nobody should leave it like this.
    moving = MovingSerializer(PickleSerializer(secret=SECRET), old=PickleSerializer())
    scheduler(moving).add_job(shop.tidy, "interval", hours=1, id="nightly", args=["right"])
    record = moving.within("job", "nightly", "default").loads(body(path, "nightly"))
    attack(path, SET_BODY, pickle.dumps(altered(record, {"args": ("wrong",)})), "nightly")
    scheduler(moving).advance(hours=1)
    assert shop.calls == [("wrong",)]


def test_what_is_to_move_over_and_cannot_is_told_as_the_new_one_tells_it(scheduler: Maker, path: Path) -> None:
    scheduler(PickleSerializer(secret=OLD_SECRET)).add_job(shop.tidy, "interval", hours=1, id="nightly")
    with pytest.raises(UnreadableJobError, match="neither secret nor in previous_secrets"):
        scheduler(MovingSerializer(PickleSerializer(secret=SECRET), old=JSONSerializer())).get_job("nightly")


# -- files of jobs -----------------------------------------------------------------------------------------------


def test_jobs_travel_in_a_signed_file(scheduler: Maker, tmp_path: Path) -> None:
    serializer = JSONSerializer(secret=SECRET, modules=SHOP)
    source = scheduler(serializer)
    source.add_job(shop.tidy, "interval", hours=1, id="nightly", args=[1])
    file = tmp_path / "jobs.json"
    assert source.export_jobs(str(file), serializer=serializer) == 1
    target = ManualScheduler(START)
    assert target.import_jobs(str(file), serializer=serializer) == 1
    target.advance(hours=1)
    assert shop.calls == [(1,)]
    with pytest.raises(UnreadableJobError, match="give it secret="):
        ManualScheduler(START).import_jobs(str(file), serializer=JSONSerializer())


@pytest.mark.parametrize("change", ["body", "id", "executor", "next_fire_time", "next_run_time", "paused"])
def test_a_signed_file_that_was_changed_is_refused_whole(scheduler: Maker, tmp_path: Path, change: str) -> None:
    serializer = PickleSerializer(secret=SECRET)
    source = scheduler(serializer)
    for job_id in "ab":
        source.add_job(shop.tidy, "interval", hours=1, id=job_id)
    file = tmp_path / "jobs.json"
    source.export_jobs(str(file), serializer=serializer)
    content = json.loads(file.read_text())
    last = content["jobs"][1]
    forgery = base64.b64encode(pickle.dumps(Touch(tmp_path / "owned"))).decode()
    later = (START + timedelta(hours=9)).isoformat()
    last[change] = {"body": forgery, "paused": True}.get(change, later if "time" in change else "another")
    file.write_text(json.dumps(content))
    target = ManualScheduler(START)
    with pytest.raises(UnreadableJobError):
        target.import_jobs(str(file), serializer=serializer)
    assert target.get_jobs() == []
    assert not (tmp_path / "owned").exists()


def test_what_is_in_a_signed_file_is_good_in_no_store(scheduler: Maker, path: Path, tmp_path: Path) -> None:
    serializer = PickleSerializer(secret=SECRET)
    source = scheduler(serializer)
    source.add_job(shop.tidy, "interval", hours=1, id="nightly")
    source.export_jobs(str(tmp_path / "jobs.json"), serializer=serializer)
    (entry,) = json.loads((tmp_path / "jobs.json").read_text())["jobs"]
    attack(path, SET_BODY, base64.b64decode(entry["body"]), "nightly")
    assert "moved from another place" in set_aside(scheduler(serializer), "nightly")


@pytest.mark.skipif(sys.platform == "win32", reason="modes and umasks are POSIX's")
@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777], ids=oct)
def test_a_new_file_of_jobs_is_private_whatever_the_umask(scheduler: Maker, tmp_path: Path, umask: int) -> None:
    source = scheduler()
    source.add_job(shop.tidy, "interval", hours=1, id="nightly")
    file = tmp_path / "jobs.json"
    before = os.umask(umask)
    try:
        source.export_jobs(str(file))
        source.export_jobs(str(file))
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    source.export_jobs(str(file))
    assert file.stat().st_mode & 0o777 == 0o640
    assert ManualScheduler(START).import_jobs(str(file)) == 1


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "jobs.json"
    file.write_text("{}")
    with pytest.raises(JobStoreError, match="not written by export_jobs"):
        ManualScheduler(START).import_jobs(str(file), serializer=JSONSerializer())
