"""How a callable is written down so that another process finds it again: `"package.module:qualname"`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import import_module
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, cast

from tickwright.errors import InvalidReferenceError, shortened
from tickwright.names import (
    LastingName,
    is_known_by_place,
    known_names,
    lasting_name,
    place_now,
    registered,
)
from tickwright.policies import UNSET

__all__ = ["WAS_IT_MOVED", "Reference", "find", "make_reference", "name_now", "name_of_main", "shared_reference"]

WAS_IT_MOVED = "; if it was renamed or moved, say where it is now with tickwright.moved(old, new)"
"""What to do about a place that leads nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A callable by name, with what else is needed to rebuild it."""

    name: str
    """`"package.module:qualname"`; for the method of an object, the name that its class gives it.

    For a function that was given a name that lasts, that and its place: `"send-invoices@shop.tasks:send"`."""
    bound_to: Any = UNSET
    """The object whose method it is. It is stored as it was when the job was added."""
    args: tuple[Any, ...] = ()
    """The leading arguments of a `functools.partial`."""
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    """The keyword arguments of a `functools.partial`."""

    def resolve(self) -> Callable[..., Any]:
        """Return the callable, importing its module where needed.

        Raises `InvalidReferenceError` when the name leads nowhere, or to something that cannot be called.
        """
        found = find(self.name)
        if self.bound_to is not UNSET:
            found = getattr(self.bound_to, self.name.rpartition(".")[2])
        if not callable(found):
            raise InvalidReferenceError(f"{self.name!r} is {shortened(found)}, which cannot be called")
        if self.args or self.kwargs:
            return partial(found, *self.args, **self.kwargs)
        return cast("Callable[..., Any]", found)

    def __str__(self) -> str:
        return self.name


def find(name: str) -> Any:
    """Return what `"package.module:qualname"` names, or a name that was given with `named`.

    What `moved` was told of is found where it is now. Raises `InvalidReferenceError` with the part that is wrong, and
    what may have happened to it.
    """
    lasting = LastingName.read(name)
    if lasting is not None:
        return _find_lasting(lasting)
    if ":" not in name and (given := registered(name)) is not None:
        return given
    name = place_now(name)
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path):
        raise InvalidReferenceError(
            f"{shortened(name)} is not a reference; write it as 'package.module:function' or "
            f"'package.module:Class.method', or give the function that name with @named{_known()}"
        )
    found: Any = _module(module_name, name)
    for attribute in path.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError:
            raise InvalidReferenceError(f"{name!r}: {shortened(found)} has no {attribute!r}{WAS_IT_MOVED}") from None
    return found


def _find_lasting(lasting: LastingName) -> Any:
    """Return the function of that name, wherever it is; else what stands where it was last seen."""
    found, problem = registered(lasting.name), ""
    if found is None and lasting.place:
        try:
            there = find(lasting.place)  # which imports the module, and that may give the name
        except InvalidReferenceError as error:
            there, problem = None, f", and where it was last seen it is not: {error}"
        found = registered(lasting.name) or there
    if found is None:
        raise InvalidReferenceError(
            f"no module that was imported here gives a function the name {lasting.name!r}{problem}; import the one "
            f"that does, with @named({lasting.name!r}){_known()}"
        )
    return found


def _known() -> str:
    names = known_names()
    return f" (there are {', '.join(map(repr, names[:5]))}{', …' if len(names) > 5 else ''})" if names else ""


def name_now(name: str) -> str:
    """Return by which name another process finds today what this one finds by `name`."""
    lasting = LastingName.read(name)
    if lasting is None:
        return place_now(name)
    found = registered(lasting.name)
    return str(LastingName(lasting.name, place_now(lasting.place) if found is None else _place_of(found)))


def _module(module_name: str, name: str) -> ModuleType:
    if module_name == name_of_main():
        return sys.modules["__main__"]
    try:
        return import_module(module_name)
    except ModuleNotFoundError as error:
        raise InvalidReferenceError(
            f"{name!r}: there is no module {error.name!r} here: it is not installed, or not on sys.path{WAS_IT_MOVED}"
        ) from error
    except Exception as error:  # border: importing runs the user's module
        raise InvalidReferenceError(f"{name!r}: importing {module_name!r} raised {error!r}") from error


def name_of_main() -> str:
    """Return the name by which other processes can import the program that runs here, or `__main__`."""
    # Under `python -m package.module` the running module is called __main__ here and package.module elsewhere.
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return spec.name if spec is not None else "__main__"


def make_reference(func: Callable[..., Any]) -> Reference:
    """Return how `func` is found again in another process.

    Takes functions, classes, methods of classes and of objects, partials, and objects with `__call__`. Raises
    `InvalidReferenceError` for what no name leads back to, such as a lambda, with what to do instead.
    """
    if isinstance(func, (FunctionType, BuiltinFunctionType)) and (place := _seen_at(func)) is not None:
        return shared_reference(place)
    if isinstance(func, partial):
        inner = make_reference(func.func)
        return Reference(
            name=inner.name,
            bound_to=inner.bound_to,
            args=inner.args + func.args,
            kwargs={**inner.kwargs, **func.keywords},
        )
    owner = getattr(func, "__self__", None)
    if owner is not None and not isinstance(owner, (type, ModuleType)):
        return _of_method(func, owner)
    if (name := lasting_name(func)) is not None:
        return Reference(name=str(LastingName(name, _place_of(func))))
    if isinstance(owner, type) and isinstance(func, MethodType):
        return _checked(owner.__module__, f"{owner.__qualname__}.{func.__name__}", func)
    if hasattr(func, "__qualname__"):
        return _checked(func.__module__, func.__qualname__, func)
    return _of_object(func)


def _seen_at(func: FunctionType | BuiltinFunctionType) -> str | None:
    """Return the place of a function that a look at its module finds there, by no other name; else None.

    Nearly every job's function is one, and applications add many jobs of few functions: what all others need to be
    found costs ten times as much.
    """
    module_name, name = func.__module__, func.__qualname__
    module = sys.modules.get(module_name)
    # Not by `getattr`, which calls the module's own `__getattr__` where it has one.
    if not isinstance(module, ModuleType) or vars(module).get(name) is not func or not is_known_by_place(func):
        return None
    if module_name == "__main__":
        module_name = name_of_main()
        if _was_typed(module_name):
            return None
    return f"{module_name}:{name}"


@lru_cache(maxsize=1_024)
def shared_reference(place: str) -> Reference:
    """Return the reference of a place, one object for all jobs: it takes 190 bytes."""
    return Reference(name=place)


def _was_typed(module_name: str) -> bool:
    """Return whether what is defined in a module was typed at a prompt, or came through standard input."""
    # A program that comes through standard input has the file name <stdin>.
    return module_name == "__main__" and getattr(sys.modules["__main__"], "__file__", "<prompt>").startswith("<")


def _place_of(func: Callable[..., Any]) -> str:
    """Return where a function with a lasting name can be found; "" where only the name leads to it."""
    try:
        return _checked(func.__module__, func.__qualname__, func).name
    except InvalidReferenceError:
        return ""


def _of_method(func: Callable[..., Any], owner: object) -> Reference:
    """Return the reference of a method bound to an object."""
    kind = type(owner)
    name = func.__name__
    found = _checked(kind.__module__, kind.__qualname__, kind)
    if getattr(owner, name, None) != func:
        raise InvalidReferenceError(
            f"{shortened(func)} is not reached as {name!r} of its {kind.__qualname__} object; "
            f"give the job a function or a method that its class names"
        )
    return Reference(name=f"{found.name}.{name}", bound_to=owner)


def _of_object(func: Callable[..., Any]) -> Reference:
    """Return the reference of an object that is called through its class's `__call__`."""
    kind = type(func)
    return Reference(name=f"{_checked(kind.__module__, kind.__qualname__, kind).name}.__call__", bound_to=func)


def _checked(module_name: str | None, qualname: str, target: object) -> Reference:
    """Return the reference of `target` after seeing that the name really leads to it."""
    shown = f"{module_name}:{qualname}"
    if qualname.rpartition(".")[2] == "<lambda>":
        raise InvalidReferenceError(
            f"{shown} is a lambda, which no other process can find by name; write it as a function of a module"
        )
    if "<locals>" in qualname:
        raise InvalidReferenceError(
            f"{shown} is defined inside a function, where no other process can find it; "
            f"move it to the level of its module"
        )
    if module_name is None:
        raise InvalidReferenceError(f"{shortened(target)} does not say which module it is from; wrap it in a function")
    if module_name == "__main__":
        module_name = name_of_main()
        if _was_typed(module_name):
            raise InvalidReferenceError(
                f"{shown} was typed at a prompt or in a notebook, and is gone when that closes; put it into a file and "
                f"import it"
            )
    name = f"{module_name}:{qualname}"
    found = find(name)
    if found != target:
        raise InvalidReferenceError(
            f"{name!r} leads to {shortened(found)} and not to the callable that was given; "
            f"if a decorator replaced it, use functools.wraps and give the job the decorated name"
        )
    return Reference(name=name)
