"""What the tests of executors share: worker processes that do not start by importing pytest."""

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest


@pytest.fixture(scope="package", autouse=True)
def a_main_module_of_their_own() -> Iterator[None]:
    """Have worker processes import nothing for a main module, instead of the one of this program, which is pytest's.

    That would be most of what starting one costs. That they import the main module is tested in
    test_programs.py, with programs of its own.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "__main__", ModuleType("__main__"))
        yield
