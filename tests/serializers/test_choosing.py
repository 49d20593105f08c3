"""How a job store is given its serializer: as an object, by name, as a mapping, or flat as in an INI file."""

from __future__ import annotations

import subprocess
import sys
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.serializers import shop
from tests.serializers.keys import OLD_SECRET, SECRET
from tickwright.errors import ConfigurationError
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.schedulers.plugins import make_jobstore
from tickwright.serializers import JSONSerializer, PickleSerializer, Serializer
from tickwright.testing import ManualScheduler


def store_with(serializer: Any, tmp_path: Path) -> SQLiteJobStore:
    made = make_jobstore({"type": "sqlite", "path": tmp_path / "jobs.sqlite", "serializer": serializer}, "default")
    assert isinstance(made, SQLiteJobStore)
    return made


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("json", "JSONSerializer()"),
        ("pickle", "PickleSerializer()"),
        (None, "PickleSerializer()"),
        (JSONSerializer(secret=SECRET), "JSONSerializer(secret=...)"),
        ({"type": "json", "modules": ["shop.jobs"]}, "JSONSerializer(modules=['shop.jobs'])"),
        ({"type": "json", "modules": "shop.jobs"}, "JSONSerializer(modules=['shop.jobs'])"),
        ({"type": "pickle", "modules": "shop.jobs, a.*,"}, "PickleSerializer(modules=['shop.jobs', 'a.*'])"),
        ({"type": "pickle", "secret": SECRET, "modules": ""}, "PickleSerializer(secret=..., modules=[])"),
        ({"class": "tickwright.serializers.json_serializer:JSONSerializer"}, "JSONSerializer()"),
    ],
    ids=str,
)  # fmt: skip
def test_a_serializer_is_given_in_each_of_these_ways(given: Any, shown: str, tmp_path: Path) -> None:
    assert repr(store_with(given, tmp_path).serializer) == shown


def test_secrets_are_taken_as_they_are_given(tmp_path: Path) -> None:
    odd = f" {SECRET}, with a comma "
    store = store_with({"type": "json", "secret": odd, "previous_secrets": [OLD_SECRET]}, tmp_path)
    assert store.serializer.loads(JSONSerializer(secret=odd).dumps(1)) == 1
    assert store.serializer.loads(JSONSerializer(secret=OLD_SECRET).dumps(1)) == 1


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("yaml", ConfigurationError, "the serializer of job store 'default'.*'json', 'pickle'"),
        ({"modules": ["a"]}, ConfigurationError, "needs either 'type'"),
        ({"type": "json", "secret": "short"}, ConfigurationError, "token_hex"),
        ({"type": "json", "protocol": 4}, TypeError, "JSONSerializer does not take protocol"),
        ({"type": "json", "secret": SECRET, "previous_secrets": "an old one"}, TypeError, "must be a list"),
        ({"class": "os:system"}, ConfigurationError, "is no Serializer"),
        (7, TypeError, "must be a Serializer"),
    ],
)
def test_a_serializer_that_cannot_be_taken_is_refused(
    given: Any, error: type[Exception], words: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words):
        store_with(given, tmp_path)


def test_a_store_takes_serializers_only(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="serializer must be a Serializer"):
        SQLiteJobStore(tmp_path / "jobs.sqlite", serializer="json")  # type: ignore[arg-type]


def test_a_flat_configuration_says_it_as_an_ini_file_can(tmp_path: Path) -> None:
    file = ConfigParser()
    file.read_string(
        dedent(
            f"""
            [scheduler]
            tickwright.jobstores.default.type = sqlite
            tickwright.jobstores.default.path = {tmp_path / "jobs.sqlite"}
            tickwright.jobstores.default.serializer.type = json
            tickwright.jobstores.default.serializer.modules = tests.serializers.shop
            """
        )
    )
    options = {**file["scheduler"], "tickwright.jobstores.default.serializer.secret": SECRET}  # from elsewhere
    scheduler = ManualScheduler("2026-01-01 00:00", gconfig=options)
    scheduler.add_job(shop.tidy, "interval", hours=1, id="nightly")
    scheduler.advance(hours=1)
    assert scheduler.get_runs("nightly")[0].result == "tidy"
    scheduler.shutdown()


def test_a_store_that_is_added_by_name_takes_a_serializer_by_name(tmp_path: Path) -> None:
    scheduler = ManualScheduler("2026-01-01 00:00")
    scheduler.add_jobstore("sqlite", "kept", path=tmp_path / "jobs.sqlite", serializer="json")
    scheduler.add_job(shop.tidy, "interval", hours=1, id="nightly", jobstore="kept")
    assert [job.id for job in scheduler.get_jobs("kept")] == ["nightly"]
    scheduler.shutdown()


class Upper(Serializer):
    """A serializer of a user: text, in capital letters."""

    def dumps(self, value: Any) -> bytes:
        return str(value).upper().encode()

    def loads(self, data: bytes) -> Any:
        return data.decode().lower()


def test_a_serializer_of_ones_own_needs_two_methods() -> None:
    assert Upper().within("a", "b").loads(Upper().dumps("text")) == "text"


PROGRAM = """
from tickwright import JSONSerializer
from tickwright.reference import make_reference
from tickwright.serializers.admission import Admission

def work():
    pass

if __name__ == "__main__":
    reference = make_reference(work)
    for module in ("__main__", "shop.program", "shop"):
        try:
            JSONSerializer(modules=[module]).check_reference(reference)
            print(reference.name, module, "admitted")
        except Exception as error:
            print(reference.name, module, type(error).__name__)
"""


def test_the_program_that_runs_is_listed_by_the_name_that_other_processes_find_it_by(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "program.py").write_text(PROGRAM)

    def run(*arguments: str) -> list[str]:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
        return [line.partition(" ")[2] for line in done.stdout.splitlines()]

    assert run("shop/program.py") == [
        "__main__ admitted",
        "shop.program UntrustedDataError",
        "shop UntrustedDataError",
    ]
    assert run("-m", "shop.program") == [
        "__main__ UntrustedDataError",
        "shop.program admitted",
        "shop UntrustedDataError",
    ]


def test_there_is_no_other_name_in_the_door() -> None:
    with pytest.raises(AttributeError, match="YAMLSerializer"):
        import_module("tickwright.serializers").YAMLSerializer  # noqa: B018 - asking is what is tested


def test_who_pickles_does_not_pay_for_json() -> None:
    code = """
        import sys
        from tickwright import PickleSerializer, SQLiteJobStore
        SQLiteJobStore("jobs.sqlite", serializer=PickleSerializer(secret="x" * 16))
        ours = [name for name in sys.modules if name.startswith("tickwright.serializers.")]
        print([name for name in ours if "json" in name or "restricted" in name])
    """
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout
    assert isinstance(PickleSerializer(), Serializer)
