"""The rules of test_house.py catch what they are for: small made-up houses that break them, one by one."""

from __future__ import annotations

import pytest

from tests.test_house import (
    LONGEST_FILE,
    all_is_sorted_and_whole,
    doors_only_hand_on,
    every_room_is_on_the_map,
    every_room_says_what_it_is_for,
    extras_and_imports_agree,
    faces_use_public_names_only,
    files_are_short,
    imports_make_no_cycle,
    imports_point_down,
    libraries_stay_in_their_adapter,
    names_say_what_is_inside,
    only_the_clock_room_reads_a_clock,
    read_house,
    the_version_stands_in_one_place,
    told,
)


@pytest.fixture
def build(tmp_path):
    """Return a function that makes a house of the given sources, by file name without .py, and reads it."""

    def build(sources):
        for name, source in sources.items():
            path = tmp_path / "tickwright" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return read_house(tmp_path / "tickwright")

    return build


@pytest.mark.parametrize(
    "line",
    [
        "from tickwright.jobstores.base import JobStore",
        "from tickwright.jobstores import base",
        "import tickwright.jobstores.base as base",
        "from .jobstores.base import JobStore",
        "from .jobstores import base",
        "from . import serializers",
        "from tickwright import Job",
        "import tickwright",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tickwright.core.engine import Engine",
        "def lazily():\n    from tickwright.schedulers.base import Scheduler",
        "import importlib\nimportlib.import_module('tickwright.core.engine')",
        "from importlib import import_module\nimport_module('.core.engine', 'tickwright')",
    ],
)
def test_an_import_that_points_up_is_caught(build, line):
    house = build({"job": line, "serializers": "", "jobstores/base": "", "core/engine": ""})
    assert "floor 0 imports" in told(imports_point_down, house)


def test_imports_that_point_down_are_fine(build):
    house = build(
        {
            "core/engine": "from tickwright.jobstores.base import JobStore\nfrom .firing import f\nimport os",
            "core/firing": "from ..job import Job",
            "job": "from tickwright.triggers.base import Trigger",
            "jobstores/base": "from . import history",
            "jobstores/history": "",
            "jobstores/sqlite/schema": "",
            "jobstores/sqlite/store": "from .schema import SCHEMA\nfrom ..base import JobStore",
            "schedulers/background": "from .base import Scheduler\nfrom tickwright.jobstores.memory import M",
            "testing/simulation": "from tickwright.core.engine import Engine",
            "triggers/base": "",
        }
    )
    assert told(imports_point_down, house) == ""
    assert told(imports_make_no_cycle, house) == ""


def test_an_adapter_that_imports_another_adapter_is_caught(build):
    house = build(
        {
            "executors/pool": "from tickwright.executors import Debug",
            "jobstores/memory": "from . import redis",
            "jobstores/redis": "from tickwright.jobstores.memory import MemoryJobStore",
            "jobstores/sqlite/store": "from tickwright.executors.pool import Pool",
        }
    )
    assert told(imports_point_down, house).count("imports another adapter") == 4


def test_a_face_that_imports_another_face_is_caught(build):
    house = build({"cli/main": "from tickwright.testing.clock import VirtualClock"})
    assert "a face imports another" in told(imports_point_down, house)


def test_a_door_may_hand_on_the_adapters_of_its_own_folder(build):
    house = build({"jobstores/__init__": "from .memory import MemoryJobStore", "jobstores/memory": ""})
    assert told(imports_point_down, house) == ""


def test_a_door_that_hands_on_the_adapters_of_another_folder_is_caught(build):
    house = build({"jobstores/__init__": "from tickwright.executors.pool import Pool", "executors/pool": ""})
    assert "imports another adapter" in told(imports_point_down, house)


def test_a_deciding_room_that_knows_more_than_words_is_caught(build):
    house = build(
        {
            "core/firing": "from tickwright.serializers import Serializer",
            "core/settling": "from .engine import Engine",
        }
    )
    assert told(imports_point_down, house).count("words and other deciding rooms only") == 2


def test_an_import_cycle_is_caught_and_drawn(build):
    house = build(
        {
            "job": "from tickwright.run import Run",
            "report": "from tickwright import job",
            "run": "def later():\n    from .report import Report",
        }
    )
    assert told(imports_make_no_cycle, house) == "an import cycle: job -> run -> report -> job"


def test_a_face_that_uses_a_private_name_is_caught(build):
    house = build(
        {
            "cli/main": "from tickwright.schedulers.base import _State\nfrom tickwright._inner import x",
            "testing/simulation": "from ._world import _World\nfrom tickwright.job import __doc__",
        }
    )
    assert told(faces_use_public_names_only, house).split("\n") == [
        "cli.main:1: a face uses _State of schedulers.base, which users cannot",
        "cli.main:2: a face uses _inner of _inner, which users cannot",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()",
        "import time as t\nf = t.monotonic",
        "def f():\n    import time\n    time.sleep(1)",
        "from time import perf_counter_ns",
        "from time import monotonic_ns as tick",
        "from time import *",
        "import datetime\ndatetime.datetime.now()",
        "import datetime as d\nd.date.today()",
        "from datetime import datetime\ndatetime.utcnow()",
        "from datetime import datetime as dt, UTC\nx = [dt.now(UTC)]",
        "from datetime import date\ndate.today().isoformat()",
        "from datetime import datetime\ndatetime.today()",
    ],
)
def test_a_clock_that_is_read_outside_of_the_clock_room_is_caught(build, source):
    assert "only clock.py" in told(only_the_clock_room_reads_a_clock, build({"job": source}))
    assert told(only_the_clock_room_reads_a_clock, build({"job": "", "clock": source})) == ""


def test_a_clock_that_was_given_may_be_asked(build):
    source = "from datetime import datetime\ndef f(clock, time):\n    clock.now(); time.time(); datetime.max"
    assert told(only_the_clock_room_reads_a_clock, build({"job": source})) == ""


def test_a_library_outside_of_its_adapter_is_caught(build):
    house = build({"job": "import redis.client\nimport numpy", "jobstores/redis": "def f():\n    import redis"})
    assert told(libraries_stay_in_their_adapter, house).split("\n") == [
        "job:1: imports redis, which belongs to jobstores.redis",
        "job:2: imports numpy; every library belongs to one adapter, "
        "named in LIBRARIES at the top of tests/test_house.py",
    ]


def test_the_core_dependencies_may_be_imported_everywhere(build):
    house = build({"job": "import tzlocal, os", "triggers/rrule": "from dateutil.rrule import rrulestr"})
    assert told(libraries_stay_in_their_adapter, house) == ""


@pytest.mark.parametrize(
    ("extras", "message"),
    [
        (set(), "no extra 'redis'"),
        ({"redis", "mongodb"}, "nothing imports"),
        ({"redis", "everything"}, "does not know"),
    ],
)
def test_an_extra_that_does_not_fit_the_imports_is_caught(build, extras, message):
    house = build({"jobstores/redis": "import redis"})
    assert list(extras_and_imports_agree(house, {"redis"})) == []
    assert message in "\n".join(extras_and_imports_agree(house, extras))


@pytest.mark.parametrize("source", ["", "x = 1", '"""No sentence"""', '"""\nToo late."""', f'"""{"long " * 30}."""'])
def test_a_room_that_does_not_say_what_it_is_for_is_caught(build, source):
    assert "docstring" in told(every_room_says_what_it_is_for, build({"job": source}))
    assert told(every_room_says_what_it_is_for, build({"job": '"""A job.\n\nMore."""'})) == ""


def test_a_room_that_is_not_on_the_map_is_caught(build):
    house = build({"__init__": "", "plugins/__init__": "", "plugins/first": ""})
    assert told(every_room_is_on_the_map, house) == (
        "plugins.first: is on no floor; add it to HOUSE at the top of tests/test_house.py"
    )


def test_a_folder_without_a_door_and_a_file_that_is_no_python_are_caught(build):
    house = build({"__init__": "", "job": "def", "triggers/cron": ""})
    assert told(every_room_is_on_the_map, house).split("\n") == [
        "job:1: is not Python: invalid syntax",
        "triggers: the folder has no __init__.py that says what it is for",
    ]


@pytest.mark.parametrize("name", ["utils", "core/helpers", "triggers/_common", "misc/job"])
def test_a_name_that_says_nothing_is_caught(build, name):
    assert "says nothing" in told(names_say_what_is_inside, build({name: ""}))


def test_a_long_file_is_caught(build):
    assert told(files_are_short, build({"job": "\n" * LONGEST_FILE})) == ""
    assert "has 401 lines" in told(files_are_short, build({"job": "\n" * (LONGEST_FILE + 1)}))


@pytest.mark.parametrize("source", ["def run(): ...", "class A: ...", "if x:\n    pass", "STATE = {}"])
def test_a_door_that_makes_something_is_caught(build, source):
    assert "hands names on" in told(doors_only_hand_on, build({"schedulers/__init__": source}))


def test_a_door_that_hands_names_on_lazily_is_fine(build):
    source = (
        '"""The schedulers."""\n'
        "TYPE_CHECKING = False\n"
        "_WHERE: dict[str, str] = {}\n"
        "__all__ = []\n"
        "def __getattr__(name): ...\n"
        "if TYPE_CHECKING:\n    from .base import Scheduler"
    )
    assert told(doors_only_hand_on, build({"schedulers/__init__": source})) == ""


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('__all__ = ["Job", "EVENT_ALL"]', "not as sorted() has it, or has a name twice, from 'Job' on"),
        ('__all__ = ["Job", "Job"]', "has a name twice"),
        ("x = 1", "has no literal __all__"),
        ("__all__ = sorted(globals())", "has no literal __all__"),
        ("from tickwright.job import Job, _hidden\n__all__ = []", "not in __all__: Job"),
        ("if TYPE_CHECKING:\n    from .job import Job\n__all__ = []", "not in __all__: Job"),
        ("__all__ = []\ndef run(): ...", "not in __all__: run"),
    ],
)
def test_a_public_list_that_is_wrong_is_caught(build, source, message):
    assert message in told(all_is_sorted_and_whole, build({"__init__": source}))


def test_a_public_list_that_is_right_is_fine(build):
    source = "from __future__ import annotations\nimport os\nfrom typing import Any\nfrom .job import Job, every\n"
    listed = '__all__: list[str] = ["EVENT_ALL", "Job", "every"]'
    assert told(all_is_sorted_and_whole, build({"__init__": source + listed})) == ""


def test_a_second_place_for_the_version_is_caught(build):
    assert "pyproject.toml" in told(the_version_stands_in_one_place, build({"__init__": '__version__ = "1"'}))
