"""Names that last: given once, found wherever the function is, and where those have gone that were moved."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.words import shelf
from tickwright import moved, named, names
from tickwright.errors import ConfigurationError, InvalidReferenceError
from tickwright.names import place_now
from tickwright.reference import Reference, find, make_reference, name_now

HERE = "tests.words.shelf"


@pytest.fixture(autouse=True)
def own_names(monkeypatch) -> None:
    """Nothing that a test names or moves is known to the next one."""
    for room in ("_functions", "_names", "_moves"):
        monkeypatch.setattr(names, room, {})


@pytest.fixture
def module() -> Iterator[Any]:
    """Return a function that makes a module of this name and source, importable until the test ends."""
    made = []

    def make(name: str, source: str = "") -> ModuleType:
        one = ModuleType(name)
        sys.modules[name] = one
        made.append(name)
        exec(source, one.__dict__)  # what a user's file would say
        return one

    yield make
    for name in made:
        sys.modules.pop(name, None)


# -- names ---------------------------------------------------------------------------------------------------------


def test_a_named_function_is_stored_by_its_name_and_where_it_was_seen():
    assert named("tidy-up")(shelf.plain) is shelf.plain
    assert str(make_reference(shelf.plain)) == f"tidy-up@{HERE}:plain"
    assert make_reference(shelf.plain).resolve() is shelf.plain


def test_it_is_found_where_it_is_now_whatever_stands_where_it_was(module):
    module("old_place", "def send(): return 'somebody else'")
    new = module("new_place", "def send(): return 'moved'")
    named("send")(new.send)
    assert Reference(name="send@old_place:send").resolve()() == "moved"
    assert Reference(name="send@no_such_module:send").resolve()() == "moved"


def test_a_process_that_has_not_imported_its_module_does_it_then(module):
    source = "from tickwright import named\n@named('send')\ndef dispatch(): return 'found'"
    module("its_place", source)
    assert names.registered("send") is not None
    names._functions.clear()
    names._names.clear()
    # Not registered any more: the place tells.
    assert Reference(name="send@its_place:dispatch").resolve()() == "found"


def test_importing_where_it_was_may_give_the_name_to_what_is_elsewhere(monkeypatch, tmp_path):
    (tmp_path / "shop_tasks_new.py").write_text(
        "from tickwright import named\n@named('send')\ndef renamed(): return 'renamed'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert Reference(name="send@shop_tasks_new:send").resolve()() == "renamed"


def test_a_name_that_nobody_gives_says_what_to_do_and_which_there_are():
    named("other")(shelf.plain)
    with pytest.raises(InvalidReferenceError, match=r"gives a function the name 'send'.*no module 'nowhere'.*'other'"):
        find("send@nowhere:send")
    with pytest.raises(InvalidReferenceError, match=r"@named\('send'\)"):
        find("send@")


def test_the_bare_name_finds_the_function():
    named("tidy-up")(shelf.plain)
    assert find("tidy-up") is shelf.plain
    with pytest.raises(InvalidReferenceError, match="give the function that name with @named"):
        find("tidy")


def test_a_function_without_a_place_can_be_stored_by_its_name():
    def local() -> str:
        return "local"

    named("made-here")(local)
    assert str(make_reference(local)) == "made-here@"
    assert Reference(name="made-here@").resolve()() == "local"


def test_a_partial_of_a_named_function_and_a_named_class_are_stored_by_the_name():
    named("tidy-up")(shelf.plain)
    named("machine")(shelf.Machine)
    part = make_reference(functools.partial(shelf.plain, 5))
    assert (part.name, part.resolve()()) == (f"tidy-up@{HERE}:plain", 5)
    assert make_reference(shelf.Machine).name == f"machine@{HERE}:Machine"


def test_two_functions_cannot_have_one_name_but_one_may_be_made_anew(module):
    first = module("reloaded", "def send(): return 1")
    named("send")(first.send)
    again = module("reloaded", "def send(): return 2")
    named("send")(again.send)
    assert find("send")() == 2
    # Who still has the old one in hand stores the same name.
    assert make_reference(first.send).name.startswith("send@")
    with pytest.raises(ConfigurationError, match=r"'send' is given to reloaded:send already, and .*plain wants it"):
        named("send")(shelf.plain)


PROGRAM = """
import sys
from tickwright import named
from tickwright.reference import make_reference

@named("send")
def send():
    return "sent"

if __name__ == "__main__":
    import other
    for function in (send, other.app.send):
        reference = make_reference(function)
        assert reference.name.startswith("send@"), reference
        assert reference.resolve()() == "sent"
    print("fine")
"""


@pytest.mark.parametrize("how", [["app.py"], ["-m", "app"]])
def test_the_programs_own_file_may_name_functions_and_be_imported_besides(tmp_path, how):
    (tmp_path / "app.py").write_text(PROGRAM)
    (tmp_path / "other.py").write_text("import app\n")
    ended = subprocess.run(
        [sys.executable, *how], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.stdout, ended.returncode) == ("fine\n", 0), ended.stderr


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a@b", "\n", None, 5, b"send"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ConfigurationError, match="the name of a function"):
        named(name)


@pytest.mark.parametrize("what", [5, "text", shelf.Machine().run, functools.partial(shelf.plain), None])
def test_only_functions_and_classes_are_named(what):
    with pytest.raises(TypeError, match="takes a function or a class"):
        named("send")(what)


# -- moves ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "name", "place"),
    [
        ("gone:send", f"{HERE}:plain", "gone:send", f"{HERE}:plain"),
        ("gone", HERE, "gone:plain", f"{HERE}:plain"),
        ("gone", "tests.words", "gone.shelf:plain", f"{HERE}:plain"),
        ("gone:Engine", f"{HERE}:Machine", "gone:Engine.check", f"{HERE}:Machine.check"),
        ("gone:send", f"{HERE}:Machine.make", "gone:send", f"{HERE}:Machine.make"),
    ],
)
def test_what_has_moved_is_found_where_it_is_now(old, new, name, place):
    with pytest.raises(InvalidReferenceError):
        find(name)
    moved(old, new)
    assert place_now(name) == place
    assert find(name) == find(place)


def test_what_moved_twice_is_followed_in_either_order():
    moved("second", "third")
    moved("first", "second")
    moved("third:send", f"{HERE}:plain")
    assert find("first:send") is shelf.plain
    assert place_now("first:other") == "third:other"


def test_the_longest_part_that_was_moved_decides():
    moved("shop", "store")
    moved("shop.tasks", "store.billing")
    moved("shop.tasks:send", f"{HERE}:plain")
    assert place_now("shop.other:f") == "store.other:f"
    assert place_now("shop.tasks:f") == "store.billing:f"
    assert place_now("shop.tasks:send") == f"{HERE}:plain"
    assert place_now("shopping:f") == "shopping:f"


def test_a_method_of_an_object_whose_class_was_renamed_is_found():
    moved("gone:Engine", f"{HERE}:Machine")
    assert Reference(name="gone:Engine.run", bound_to=shelf.Machine("x")).resolve()() == "x:1"


@pytest.mark.parametrize(
    "steps",
    [
        [("a:f", "a:f")],
        [("a", "a")],
        [("a:f", "b:f"), ("b:f", "a:f")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("a", "a.b")],
        [("a", "b"), ("b:f", "a:f")],
        [("a:f", "b:f"), ("b", "a")],
    ],
)
def test_a_way_in_a_circle_is_refused_and_the_others_stay(steps):
    *fine, last = steps
    for step in fine:
        moved(*step)
    with pytest.raises(ConfigurationError, match="leads back"):
        moved(*last)
    assert place_now("a:x") in {"a:x", "b:x", "c:x"}


@pytest.mark.parametrize(("old", "new"), [("", "b"), ("a:", "b:f"), (":f", "b:f"), (None, "b"), ("a", 5), ("  ", "b")])
def test_what_is_no_place_is_refused(old, new):
    with pytest.raises(ConfigurationError, match="takes places"):
        moved(old, new)


def test_a_place_does_not_become_a_module():
    with pytest.raises(ConfigurationError, match="one is a place and the other a module"):
        moved("a:f", "b")


# -- for another process -------------------------------------------------------------------------------------------


def test_another_process_is_told_where_it_is_now(module):
    new = module("new_place", "def send(): return 'moved'")
    named("send")(new.send)
    moved("gone", "new_place")
    assert name_now("send@gone:old") == "send@new_place:send"
    assert name_now("unknown@gone:old") == "unknown@new_place:old"
    assert name_now("gone:send") == "new_place:send"
    assert name_now(f"{HERE}:plain") == f"{HERE}:plain"
