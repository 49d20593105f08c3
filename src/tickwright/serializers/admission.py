"""Admission: which modules, and which names in them, stored bytes may lead to.

What is stored names functions and classes, and loading imports and calls what is named. Whoever chooses the name
chooses what is done: `os:system` is a function like any other. So a name is admitted or refused before anything is
imported for it, and once it is found, it must be at home in a module that is admitted: `from os import system`
makes `shop.jobs:system` no function of the shop's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tickwright.errors import ConfigurationError, InvalidReferenceError, UntrustedDataError, shortened
from tickwright.names import LastingName, place_now, registered
from tickwright.policies import UNSET
from tickwright.reference import WAS_IT_MOVED, find, name_of_main

if TYPE_CHECKING:
    from tickwright.reference import Reference

__all__ = ["Admission"]

NEVER = {
    "builtins": "it holds eval and exec, and its harmless types are admitted anyway",
    "tickwright": "it can import anything by name, and what jobs need of it is admitted anyway",
}


class Admission:
    """Admits what is defined in the listed modules.

    An entry is `"shop.jobs"`, this module; `"shop.*"`, the package and every module below it; or
    `"numpy:ndarray"`, this one name, wherever what it names is at home.
    """

    __slots__ = ("_below", "_modules", "_names", "entries")

    def __init__(self, modules: Iterable[str]) -> None:
        if isinstance(modules, (str, bytes)) or not isinstance(modules, Iterable):
            raise TypeError(f"modules must be a list of the names of modules, not {shortened(modules)}")
        self.entries = tuple(modules)
        self._modules: set[str] = set()
        self._below: set[str] = set()
        self._names: set[str] = set()
        for entry in self.entries:
            self._add(entry)

    def _add(self, entry: object) -> None:
        if not isinstance(entry, str):
            raise TypeError(f"modules must hold names such as 'shop.jobs', not {shortened(entry)}")
        module, colon, path = entry.partition(":")
        package = module.removesuffix(".*")
        steps = [*package.split("."), *(path.split(".") if colon else [])]
        if not all(step.isidentifier() for step in steps) or (colon and package != module):
            raise ConfigurationError(
                f"modules: {shortened(entry)} names nothing; write 'shop.jobs' for a module, 'shop.*' for a package "
                f"with all below it, or 'shop.jobs:tidy' for one name"
            )
        why = NEVER.get(package)
        if why is not None and not colon:
            raise ConfigurationError(
                f"modules: {entry!r} would admit everything: {why}; list the modules of your jobs, or single names"
            )
        if colon:
            self._names.add(entry)
        elif package != module:
            self._below.add(package)
        else:
            self._modules.add(module)

    def has_module(self, module: str) -> bool:
        """Return whether what is defined in this module is admitted."""
        if module in self._modules:
            return True
        return any(module == package or module.startswith(f"{package}.") for package in self._below)

    def find(self, name: str) -> Any:
        """Return the function or class that `"package.module:qualname"` names.

        Raises `UntrustedDataError` where it is not admitted, then without having imported anything for it, and
        `InvalidReferenceError` where there is no such thing.
        """
        if type(name) is not str:
            raise UntrustedDataError(f"a name is a text, not {shortened(name)}")
        name = place_now(name)
        module, _, path = name.partition(":")
        if name in self._names:
            return find(name)
        if not self.has_module(module):
            raise UntrustedDataError(
                f"{shortened(name)} is not admitted, and was not imported; "
                f"if it is yours, list {shortened(module)} in modules="
            )
        first, *steps = path.split(".")
        found = find(f"{module}:{first}")
        for step in steps:
            found = self._member(found, step, name)
        self._check_home(found, name)
        return found.__func__ if isinstance(found, staticmethod) else found

    def check_reference(self, reference: Reference) -> None:
        """Raise where the callable of a job is not admitted, or is not a method of the object it is bound to."""
        lasting = LastingName.read(reference.name)
        if lasting is not None:
            self._check_lasting(lasting, reference)
            return
        self.find(reference.name)
        if reference.bound_to is UNSET:
            return
        owner = self.find(reference.name.rpartition(".")[0])
        # `type`, for an object's own `__class__` may say anything.
        if not isinstance(owner, type) or owner not in type(reference.bound_to).__mro__:
            raise UntrustedDataError(
                f"{reference.name!r} is stored with a {type(reference.bound_to).__qualname__} that has no such method"
            )

    def _check_lasting(self, lasting: LastingName, reference: Reference) -> None:
        """Raise where the function that has a lasting name is not admitted: a name alone admits nothing."""
        if reference.bound_to is not UNSET:
            raise UntrustedDataError(f"{reference.name!r} is the name of a function, and is stored with an object")
        if registered(lasting.name) is None and lasting.place:
            self.find(lasting.place)  # imports the module, if that is admitted, which may give the name
        # Where nobody gives the name, resolving it says so.
        given = registered(lasting.name)
        if given is not None and f"{given.__module__}:{given.__qualname__}" not in self._names:
            self._check_home(given, reference.name)

    def _member(self, owner: Any, step: str, name: str) -> Any:
        """Return what a class says that this name of it is: from its own table, for an attribute may do anything."""
        if isinstance(owner, type) and (not step.startswith("__") or step == "__call__"):
            for kind in owner.__mro__:
                if step in vars(kind):
                    return vars(kind)[step]
            raise InvalidReferenceError(f"{name!r}: {shortened(owner)} has no {step!r}{WAS_IT_MOVED}")
        raise UntrustedDataError(f"{name!r} is not admitted: {step!r} is no method and no class of a class")

    def _check_home(self, found: Any, name: str) -> None:
        """Raise where something that was found under an admitted name is at home elsewhere."""
        home = _home_of(found)
        if home is None or not any(map(self.has_module, _names_of(home))):
            whose = "no function and no class" if home is None else f"defined in {home!r}"
            raise UntrustedDataError(f"{name!r} is not admitted: what it names is {whose}, whose module is not listed")


def _home_of(found: Any) -> str | None:
    """Return the module in which a function or class was defined; None for everything else."""
    found = found.__func__ if isinstance(found, (staticmethod, classmethod)) else found
    # A module, an open connection, a settings object: things of the program, and not for strangers to lay hands on.
    # Functions and classes have a qualified name, also compiled ones, and those that functools.wraps has passed.
    if not callable(found) or not isinstance(getattr(found, "__qualname__", None), str):
        return None
    home = getattr(found, "__module__", None)
    return home if isinstance(home, str) else None


def _names_of(module: str) -> tuple[str, ...]:
    """Return the names by which a module may be listed: the program that runs has two."""
    return (module, name_of_main()) if module == "__main__" else (module,)
