"""References: which callables another process can find, by which name, and what is said of the others."""

from __future__ import annotations

import functools
import operator
import pickle
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from tests.words import shelf
from tickwright.errors import InvalidReferenceError, TickwrightError
from tickwright.reference import Reference, find, make_reference

HERE = "tests.words.shelf"
PROJECT = Path(__file__).resolve().parents[2]


# -- what can be found -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("func", "name", "answer"),
    [
        (shelf.plain, f"{HERE}:plain", 0),
        (shelf.Machine, f"{HERE}:Machine", None),
        (shelf.Machine.check, f"{HERE}:Machine.check", "checked"),
        (shelf.Machine.make, f"{HERE}:Machine.make", "Machine"),
        (shelf.Special.make, f"{HERE}:Special.make", "Special"),
        (shelf.Machine("x").run, f"{HERE}:Machine.run", "x:1"),
        (shelf.Special("x").run, f"{HERE}:Special.run", "x:1"),
        (shelf.machine.run, f"{HERE}:Machine.run", "of the module:1"),
        (shelf.Machine("x"), f"{HERE}:Machine.__call__", "called x"),
        (shelf.Machine.Part().turn, f"{HERE}:Machine.Part.turn", "turned"),
        (shelf.Machine.Part.spin, f"{HERE}:Machine.Part.spin", "spun"),
        (shelf.decorated, f"{HERE}:decorated", "decorated"),
        (functools.partial(shelf.plain, 5), f"{HERE}:plain", 5),
        (functools.partial(functools.partial(shelf.plain), a=3), f"{HERE}:plain", 3),
        (functools.partial(shelf.Machine("x").run, load=9), f"{HERE}:Machine.run", "x:9"),
        (shelf.part, f"{HERE}:plain", 5),
        (int, "builtins:int", 0),
        (operator.attrgetter, "operator:attrgetter", None),
    ],
)
def test_a_callable_is_found_again_by_its_name_in_another_process(func, name, answer):
    reference = make_reference(func)
    assert str(reference) == reference.name == name
    # What is stored is pickled: nothing of it may lean on this process.
    again = pickle.loads(pickle.dumps(reference)).resolve()
    if answer is not None:
        assert again() == answer


def test_an_object_travels_with_its_method_as_it_is_when_the_job_is_added():
    machine = shelf.Machine("before")
    stored = pickle.dumps(make_reference(machine.run))
    machine.name = "after"
    assert pickle.loads(stored).resolve()() == "before:1"


def test_the_arguments_of_nested_partials_keep_their_order_and_the_outer_keyword_wins():
    def_ = functools.partial(functools.partial(shelf.Machine("x").__call__, 1), 2)
    assert make_reference(def_).args == (1, 2)
    inner = functools.partial(shelf.plain, a=1)
    assert make_reference(functools.partial(inner, a=2)).resolve()() == 2


def test_a_coroutine_function_is_a_callable_like_any_other():
    assert make_reference(shelf.awaited).resolve() is shelf.awaited


def test_the_program_s_own_functions_are_found_by_a_name_that_works_elsewhere():
    program = "from tests.words.shelf import plain; import tests.words.main_program"
    said = subprocess.run(
        [sys.executable, "-m", "tests.words.main_program"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert said == "tests.words.main_program:own"
    # And there it is, for a process in which another program is the main one.
    subprocess.run([sys.executable, "-c", f"{program}; tests.words.main_program.own()"], cwd=PROJECT, check=True)


# -- what cannot be written down -------------------------------------------------------------------


def _in_no_module() -> Any:
    func = types.FunctionType(shelf.plain.__code__, {})
    func.__module__ = None  # type: ignore[assignment]
    return func


class Renamed:
    def method(self) -> None: ...

    other = method


@pytest.mark.parametrize(
    ("func", "message"),
    [
        (lambda: None, r"<lambda> is a lambda, which no other process can find.*write it as a function of a module"),
        (shelf.nameless, r"is a lambda"),
        (shelf.outer(), r"outer.<locals>.inner is defined inside a function.*move it to the level of its module"),
        (functools.partial(lambda: None), r"is a lambda"),
        (shelf.badly_decorated, r"is defined inside a function"),
        (dict.fromkeys, r"does not say which module it is from; wrap it in a function"),
        (_in_no_module(), r"does not say which module it is from; wrap it in a function"),
        (Renamed.other, None),
    ],
)
def test_what_no_name_leads_back_to_is_refused_with_what_to_do(func, message):
    if message is None:
        assert make_reference(func).resolve() is func
        return
    with pytest.raises(InvalidReferenceError, match=message):
        make_reference(func)


def test_a_function_that_another_one_replaced_is_refused_and_not_taken_for_it(monkeypatch):
    original = shelf.plain
    monkeypatch.setattr(shelf, "plain", shelf.awaited)
    with pytest.raises(InvalidReferenceError, match=r"'tests.words.shelf:plain' leads to .* and not to the callable"):
        make_reference(original)


def test_a_method_that_its_object_alone_has_is_refused():
    machine = shelf.Machine()
    machine.extra = types.MethodType(shelf.plain, machine)  # type: ignore[attr-defined]
    with pytest.raises(InvalidReferenceError, match="is not reached as 'plain' of its Machine object"):
        make_reference(machine.extra)  # type: ignore[attr-defined]


def test_an_object_of_a_class_inside_a_function_is_refused():
    class Local:
        def __call__(self) -> None: ...

    for func in (Local(), Local, Local().__call__):
        with pytest.raises(InvalidReferenceError, match="defined inside a function"):
            make_reference(func)


@pytest.mark.parametrize("options", [[], ["-i"], ["-c"]])
def test_a_function_typed_at_a_prompt_is_refused(options):
    program = (
        "from tickwright.reference import make_reference\n"
        "from tickwright.errors import InvalidReferenceError\n"
        "def typed(): pass\n"
        "try: make_reference(typed)\n"
        "except InvalidReferenceError as error: print(error)\n"
    )
    # Through standard input, at a prompt, on the command line: none of them is there any more for another process.
    if options == ["-i"]:
        program = program.replace("\nexcept", "\n\nexcept").replace("def typed(): pass\n", "def typed(): pass\n\n")
        program = f"exec({program!r})\n"
    arguments = [sys.executable, *options] + ([program] if options == ["-c"] else [])
    said = subprocess.run(arguments, input=program, capture_output=True, text=True, check=True).stdout
    assert "typed at a prompt" in said


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("plain", r"'plain' is not a reference; write it as 'package.module:function'"),
        ("", r"is not a reference"),
        (":plain", r"is not a reference"),
        (f"{HERE}:", r"is not a reference"),
        (HERE, r"is not a reference"),
        (f"{HERE}:gone", r"has no 'gone'; if it was renamed or moved, say"),
        (f"{HERE}:Machine.gone", r"has no 'gone'"),
        (f"{HERE}:gone.run", r"has no 'gone'"),
        ("tests.words.nowhere:f", r"no module 'tests.words.nowhere' here: it is not installed, or .* tickwright.moved"),
        ("tests.nowhere.at_all:f", r"no module 'tests.nowhere'"),
        ("tests.words.broken_module:f", r"importing 'tests.words.broken_module' raised ZeroDivisionError"),
        ("tests.words.needs_more:f", r"no module 'not_installed_anywhere'"),
        (f"{HERE}:plain:x", r"has no 'plain:x'"),
    ],
)
def test_a_name_that_leads_nowhere_says_where_the_way_ends(name, message):
    with pytest.raises(InvalidReferenceError, match=message):
        find(name)


def test_a_name_that_leads_to_something_that_cannot_be_called_is_found_and_not_resolved():
    assert find(f"{HERE}:number") == 7
    with pytest.raises(InvalidReferenceError, match="is 7, which cannot be called"):
        Reference(name=f"{HERE}:number").resolve()


def test_a_long_name_does_not_flood_a_message():
    with pytest.raises(InvalidReferenceError) as caught:
        find("x" * 100_000)
    assert len(str(caught.value)) < 300


def test_a_refusal_is_a_value_error_and_one_of_ours():
    assert issubclass(InvalidReferenceError, ValueError)
    assert issubclass(InvalidReferenceError, TickwrightError)


def test_the_getattr_of_a_module_is_not_asked_for_a_function_that_is_not_there(monkeypatch):
    module: Any = types.ModuleType("with_a_getattr_of_its_own")
    module.__getattr__ = {}.__getitem__  # PEP 562, and it raises KeyError
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def inside():
        return

    inside.__module__ = module.__name__
    with pytest.raises(InvalidReferenceError, match="inside a function"):
        make_reference(inside)
