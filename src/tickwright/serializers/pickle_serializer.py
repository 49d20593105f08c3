"""The serializer that pickles: everything that Python can take apart, signed or restricted where asked."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from io import BytesIO
from typing import Any, ClassVar

from tickwright.errors import ConfigurationError
from tickwright.names import anything_moved, place_now
from tickwright.policies import UNSET, Unset
from tickwright.serializers.guarded import GuardedSerializer, Secret

__all__ = ["PickleSerializer"]

FRAME = 11
"""Where the first frame begins: after the protocol, an instruction, and its length in eight bytes."""

FIRST_RESTRICTED = 4
"""The first protocol that names things in one way only, and needs no functions to write down bytes."""


class PickleSerializer(GuardedSerializer):
    """Python's own format: takes nearly everything.

    Whoever can make bytes that it loads can run code in every process that loads them, unless they are kept out
    in one of two ways, or in both:

    `secret`, text or bytes, at least 16 of them: every value is signed with HMAC-SHA256 (RFC 2104, FIPS 198-1) for
    the place where it belongs, and nothing that is unsigned, altered, or moved from elsewhere is unpickled.
    `previous_secrets` are good for reading still; a secret is changed by making it the first of them. None is no
    secret: one that is missing where it was looked up must not leave everything unsigned.

    `modules`: only functions and classes that are defined in these modules are imported and called, and a few
    harmless types of Python's own (Python's documentation of pickle, "Restricting Globals"). An entry is
    `"shop.jobs"`, `"shop.*"` for a package with all below it, or `"shop.jobs:tidy"` for one name. Whoever can write
    to the store can still call all of these with arguments of his choice.

    `protocol` is pickle's; with `modules`, 4 or 5.

    >>> serializer = PickleSerializer(secret="an example of 16 bytes or more").within("job", "nightly")
    >>> serializer.loads(serializer.dumps({"keep": 5}))
    {'keep': 5}
    >>> serializer.within("elsewhere").loads(serializer.dumps({"keep": 5}))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    tickwright.errors.UntrustedDataError: its signature is not good here: ...
    """

    FORMAT: ClassVar[bytes] = b"P"

    def __init__(
        self,
        protocol: int = pickle.HIGHEST_PROTOCOL,
        *,
        secret: Secret | Unset = UNSET,
        previous_secrets: Iterable[Secret] = (),
        modules: Iterable[str] | None = None,
    ) -> None:
        super().__init__(secret=secret, previous_secrets=previous_secrets, modules=modules)
        if not isinstance(protocol, int):
            # Not the value: it may be a secret that was given as the first argument.
            raise TypeError(f"protocol must be a number, not a {type(protocol).__name__}; a secret is given as secret=")
        if not 0 <= protocol <= pickle.HIGHEST_PROTOCOL:
            raise ConfigurationError(f"protocol is {protocol}; give 0 to {pickle.HIGHEST_PROTOCOL}")
        if modules is not None and protocol < FIRST_RESTRICTED:
            raise ConfigurationError(
                f"protocol is {protocol}; with modules=, give {FIRST_RESTRICTED} or {pickle.HIGHEST_PROTOCOL}"
            )
        self.protocol = protocol

    def _pack(self, value: Any) -> bytes:
        if self._admission is None:
            return _unframed(pickle.dumps(value, self.protocol))
        from tickwright.serializers.restricted_pickle import RestrictedPickler

        file = BytesIO()
        RestrictedPickler(file, self.protocol, self._admission).dump(value)
        return _unframed(file.getvalue())

    def _unpack(self, payload: bytes) -> Any:
        if payload[:1] == b"{":  # as JSONSerializer begins, and no pickle does
            raise ValueError(
                "it is JSON, which this serializer does not read: give the job store the one that wrote it, "
                "JSONSerializer, or add the job anew with replace_existing=True"
            )
        if self._admission is None:
            return _MovedUnpickler(BytesIO(payload)).load() if anything_moved() else pickle.loads(payload)
        from tickwright.serializers.restricted_pickle import RestrictedUnpickler

        return RestrictedUnpickler(payload, self._admission).load()


def _unframed(data: bytes) -> bytes:
    """Return a pickle without the frame around it, if it is a single one.

    Frames tell who reads from a file how much to read at once (PEP 3154), and may be left out. Nine bytes are a tenth
    of what a small job takes.
    """
    is_framed = data[FRAME - 9 : FRAME - 8] == pickle.FRAME
    if is_framed and int.from_bytes(data[FRAME - 8 : FRAME], "little") == len(data) - FRAME:
        return data[: FRAME - 9] + data[FRAME:]
    return data


class _MovedUnpickler(pickle.Unpickler):
    """Finds classes and functions where `moved` says that they are now."""

    def find_class(self, module: str, name: str) -> Any:
        module, _, name = place_now(f"{module}:{name}").partition(":")
        return super().find_class(module, name)
