"""Lasting names and moves where stored bytes are restricted: a name alone admits nothing."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from tests.serializers import outside, shop
from tickwright import moved, named, names
from tickwright.errors import InvalidReferenceError, UntrustedDataError
from tickwright.reference import Reference
from tickwright.serializers import JSONSerializer, PickleSerializer
from tickwright.serializers.admission import Admission

SHOP = "tests.serializers.shop"
ADMISSION = Admission([SHOP])


@pytest.fixture(autouse=True)
def own_names(monkeypatch) -> None:
    for room in ("_functions", "_names", "_moves"):
        monkeypatch.setattr(names, room, {})


def check(name: str, bound_to: object = None) -> None:
    reference = Reference(name=name) if bound_to is None else Reference(name=name, bound_to=bound_to)
    ADMISSION.check_reference(reference)
    assert reference.resolve() is not None


def test_a_named_function_of_a_listed_module_is_admitted_wherever_it_was_seen():
    named("tidy")(shop.tidy)
    check(f"tidy@{SHOP}:tidy")
    check("tidy@os:system")
    assert Reference(name="tidy@os:system").resolve() is shop.tidy


def test_a_name_admits_nothing_of_a_module_that_is_not_listed():
    named("inherited")(outside.Base.inherited)
    for place in (f"{SHOP}:tidy", "os:system", ""):
        with pytest.raises(UntrustedDataError, match="not listed"):
            check(f"inherited@{place}")


def test_a_named_function_is_admitted_where_it_alone_is_listed():
    named("tidy")(shop.tidy)
    named("other")(shop.with_default)
    only = Admission([f"{SHOP}:tidy"])
    only.check_reference(Reference(name=f"tidy@{SHOP}:tidy"))
    with pytest.raises(UntrustedDataError):
        only.check_reference(Reference(name=f"other@{SHOP}:tidy"))


@pytest.mark.parametrize("place", ["os:system", "builtins:eval", "not_there:f", "tests.serializers.trap:spring"])
def test_a_name_that_nobody_gives_does_not_lead_to_a_place_that_is_not_listed(place):
    before = set(sys.modules)
    with pytest.raises(UntrustedDataError, match="not admitted"):
        check(f"unknown@{place}")
    assert set(sys.modules) == before, "nothing was imported for it"


def test_a_name_that_nobody_gives_leads_to_a_listed_place():
    check(f"unknown@{SHOP}:tidy")
    with pytest.raises(InvalidReferenceError):
        check("unknown@")


def test_a_listed_place_whose_import_gives_the_name_to_something_else_is_looked_at_again(monkeypatch, tmp_path):
    (tmp_path / "listed_shop.py").write_text(
        "import os\nfrom tickwright import named\nnamed('run')(os.popen)\ndef run(): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UntrustedDataError, match="'os'"):
        Admission(["listed_shop"]).check_reference(Reference(name="run@listed_shop:run"))


def test_a_named_function_bound_to_an_object_is_none():
    named("tidy")(shop.tidy)
    with pytest.raises(UntrustedDataError, match="stored with an object"):
        check(f"tidy@{SHOP}:tidy", bound_to=shop.Colour)


def test_what_moved_is_admitted_where_it_is_now_and_not_where_it_was():
    moved("old_shop", SHOP)
    check("old_shop:tidy")
    moved("listed_once:run", "os:system")
    with pytest.raises(UntrustedDataError, match="not admitted"):
        Admission(["listed_once"]).check_reference(Reference(name="listed_once:run"))


@pytest.mark.parametrize("restricted", [True, False])
def test_a_pickled_object_whose_class_moved_is_found(monkeypatch, restricted):
    serializer = PickleSerializer(modules=["old_shop", SHOP] if restricted else None)
    old = ModuleType("old_shop")
    monkeypatch.setitem(sys.modules, "old_shop", old)
    colour = shop.Colour(next(iter(shop.Colour)).value)
    monkeypatch.setattr(shop.Colour, "__module__", "old_shop")
    old.Colour = shop.Colour  # type: ignore[attr-defined]
    data = serializer.dumps(colour)
    monkeypatch.undo()
    with pytest.raises((ModuleNotFoundError, InvalidReferenceError)):
        serializer.loads(data)
    moved("old_shop", SHOP)
    try:
        assert serializer.loads(data) is colour
    finally:
        names._moves.clear()  # `undo` above has given the tests' own tables back, too


def test_a_named_function_is_stored_and_read_back_with_each_kind_of_restriction():
    named("tidy")(shop.tidy)
    reference = Reference(name=f"tidy@{SHOP}:tidy")
    for kind in (PickleSerializer, JSONSerializer):
        kind(modules=[SHOP]).check_reference(reference)
        with pytest.raises(UntrustedDataError):
            kind(modules=["elsewhere"]).check_reference(reference)
