"""The seal: a signature in front of stored bytes, made with a secret and good for one place only.

A sealed value is `MAGIC`, one letter for its format, the 32 bytes of an HMAC-SHA256, and the payload. The HMAC
(RFC 2104, FIPS 198-1) is taken over the label below, the format, each part of the place and the payload, each
with its length in front: no two different things to be signed are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from tickwright.errors import ConfigurationError, UntrustedDataError
from tickwright.policies import UNSET

if TYPE_CHECKING:
    from hmac import HMAC

__all__ = ["MAGIC", "SHORTEST_SECRET", "Seal", "make_seal"]

MAGIC = b"TwS1"
"""No pickle and no JSON begins like this."""
LABEL = b"tickwright sealed value 1"
"""Keeps the signatures apart from whatever else an application signs with the same secret."""
SHORTEST_SECRET = 16
"""Bytes. FIPS 198-1 wants a key as strong as the security aimed at; 16 random bytes are out of reach of guessing."""

FORMATS = {b"P": "PickleSerializer", b"J": "JSONSerializer"}
DIGEST = 32
PAYLOAD = len(MAGIC) + 1 + DIGEST


class Seal:
    """Signs with one secret, and knows the signatures of this and earlier ones.

    The secrets themselves are not kept: only what HMAC makes of them at its start, which no repr shows.
    """

    __slots__ = ("_format", "_keys", "_place")

    def __init__(self, keys: Sequence[HMAC], form: bytes, place: tuple[bytes, ...] = ()) -> None:
        self._keys = tuple(keys)
        self._format = form
        self._place = place

    def within(self, *place: str) -> Seal:
        """Return the seal for this place inside the one it was for."""
        # A job store that takes half surrogate pairs in an id must not fail here.
        parts = tuple(part.encode("utf-8", "surrogatepass") for part in place)
        return Seal(self._keys, self._format, self._place + parts)

    def close(self, payload: bytes) -> bytes:
        """Return the payload with its signature in front."""
        return b"".join((MAGIC, self._format, self._digest(self._keys[0], payload), payload))

    def open(self, data: bytes) -> bytes:
        """Return the payload of what `close` returned. Raises `UntrustedDataError` for anything else."""
        if data[: len(MAGIC)] != MAGIC:
            raise UntrustedDataError(
                "it is not signed, and this serializer has a secret: it was stored before there was one, or by "
                "somebody else. Nothing of it was loaded; add the job anew with replace_existing=True"
            )
        form = data[len(MAGIC) : PAYLOAD - DIGEST]
        if form != self._format:
            raise UntrustedDataError(
                f"it is signed by another kind of serializer ({FORMATS.get(form, 'an unknown one')}, and this is "
                f"{FORMATS.get(self._format)}). Nothing of it was loaded; give the job store the one that wrote it, "
                f"or add the job anew with replace_existing=True"
            )
        from hmac import compare_digest

        signature, payload = data[PAYLOAD - DIGEST : PAYLOAD], data[PAYLOAD:]
        # Not `any`: which of the secrets fits is nobody's business, and telling it takes no time off.
        known = [compare_digest(self._digest(key, payload), signature) for key in self._keys]
        if not any(known):
            raise UntrustedDataError(
                "its signature is not good here: it was altered, moved from another place, or signed with a secret "
                "that is neither secret nor in previous_secrets. Nothing of it was loaded"
            )
        return payload

    def _digest(self, key: HMAC, payload: bytes) -> bytes:
        digest = key.copy()
        for part in (LABEL, self._format, len(self._place).to_bytes(8, "big"), *self._place, payload):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()

    def __repr__(self) -> str:
        return "<Seal>"

    def __deepcopy__(self, memo: object) -> Seal:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a serializer with a secret cannot be pickled, since the secret would lie in the pickle; "
            "make one in each process, from where that process gets its secrets"
        )


def make_seal(form: bytes, secret: object, previous_secrets: object) -> Seal | None:
    """Return the seal of these secrets; None where none is given.

    Raises `ConfigurationError` or `TypeError` for what is no secret, without showing it.
    """
    previous = _listed(previous_secrets)
    if secret is UNSET:
        if previous:
            raise ConfigurationError(
                "previous_secrets are given and no secret: give the one to sign with as secret=, too"
            )
        return None
    if secret is None:
        # As os.environ.get() returns it. Taken for "sign nothing", a missing variable would open the store.
        raise ConfigurationError(
            "secret is None: it is missing where it was looked up; set it there, or leave secret= out to sign nothing"
        )
    from hmac import new

    given = [("secret", secret), *((f"previous_secrets[{index}]", one) for index, one in enumerate(previous))]
    return Seal([new(_key(name, one), digestmod="sha256") for name, one in given], form)


def _listed(previous_secrets: object) -> list[Any]:
    if isinstance(previous_secrets, (str, bytes, bytearray)) or not isinstance(previous_secrets, Iterable):
        raise TypeError(
            f"previous_secrets must be a list of secrets, not a {type(previous_secrets).__name__}; "
            f"a single one is a list, too"
        )
    return list(previous_secrets)


def _key(name: str, secret: object) -> bytes:
    if isinstance(secret, str):
        try:
            key = secret.encode()
        except UnicodeEncodeError:
            # Without the cause, which would show the secret.
            raise ConfigurationError(f"{name} is no Unicode text; give it as bytes") from None
    elif isinstance(secret, (bytes, bytearray)):
        key = bytes(secret)
    else:
        raise TypeError(f"{name} must be text or bytes, not a {type(secret).__name__}")
    if len(key) < SHORTEST_SECRET:
        what = f"has {len(key)} bytes" if key else "is empty"
        raise ConfigurationError(
            f"{name} {what}, and {SHORTEST_SECRET} are the fewest: make one with secrets.token_hex(32) and keep it "
            f"where the application keeps its passwords, not beside the job store"
        )
    return key
