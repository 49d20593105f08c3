"""Secrets and signatures: what is signed, what is refused before it is looked at, and that no secret is ever shown."""

from __future__ import annotations

import copy
import hmac
import logging
import os
import pickle
import traceback
from typing import Any

import pytest

from tests.serializers.keys import MODULES, OLD_SECRET, SECRET
from tickwright import BackgroundScheduler
from tickwright.errors import ConfigurationError, UntrustedDataError
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.serializers import JSONSerializer, MovingSerializer, PickleSerializer, Serializer
from tickwright.serializers.seal import LABEL, MAGIC

KINDS: list[Any] = [PickleSerializer, JSONSerializer]


class Loud:
    """Shows that it was unpickled."""

    loaded = 0

    def __reduce__(self) -> Any:
        return loud, ()


def loud() -> Loud:
    Loud.loaded += 1
    return Loud()


@pytest.fixture(autouse=True)
def nothing_is_loaded() -> Any:
    Loud.loaded = 0
    return None


# -- what is signed ------------------------------------------------------------------------------------------


def lengthened(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def test_the_signature_is_the_hmac_that_the_docs_tell() -> None:
    serializer = JSONSerializer(secret=SECRET).within("job", "nightly")
    data = serializer.dumps([1])
    payload = b'{"tickwright":1,"value":[1]}'
    message = lengthened(LABEL, b"J", (2).to_bytes(8, "big"), b"job", b"nightly", payload)
    expected = hmac.digest(SECRET.encode(), message, "sha256")
    assert data == b"TwS1J" + expected + payload


def test_text_and_its_bytes_are_the_same_secret() -> None:
    assert PickleSerializer(secret=SECRET.encode()).loads(PickleSerializer(secret=SECRET).dumps(1)) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", [OLD_SECRET, SECRET + "\n", SECRET.upper(), "\0" + SECRET])
def test_another_secret_is_another_signature(kind: Any, other: Any) -> None:
    with pytest.raises(UntrustedDataError, match="previous_secrets"):
        kind(secret=other).loads(kind(secret=SECRET).dumps(1))


def test_what_is_not_signed_is_never_unpickled() -> None:
    serializer = PickleSerializer(secret=SECRET)
    forged = pickle.dumps(Loud())
    signed = serializer.dumps(1)
    attempts = [
        forged,
        MAGIC + forged,
        MAGIC + b"P" + forged,
        MAGIC + b"P" + bytes(32) + forged,
        signed[:37] + forged,
        signed + forged,
        signed[:20] + forged,
        PickleSerializer(secret=OLD_SECRET).dumps(Loud()),
        serializer.within("result", "1").dumps(Loud()),
        JSONSerializer(secret=SECRET).dumps(1)[:37] + forged,
        b"",
        MAGIC,
        MAGIC + b"P",
        signed[:37],
    ]
    for data in attempts:
        with pytest.raises(UntrustedDataError, match="Nothing of it was loaded"):
            serializer.loads(data)
    assert Loud.loaded == 0


def test_a_signature_is_good_for_one_format() -> None:
    pickled, written = PickleSerializer(secret=SECRET).dumps("x"), JSONSerializer(secret=SECRET).dumps("x")
    with pytest.raises(UntrustedDataError, match="JSONSerializer, and this is PickleSerializer"):
        PickleSerializer(secret=SECRET).loads(written)
    with pytest.raises(UntrustedDataError, match="PickleSerializer, and this is JSONSerializer"):
        JSONSerializer(secret=SECRET).loads(pickled)
    # Whoever changes the letter in front as well has no signature for it.
    with pytest.raises(UntrustedDataError, match="altered"):
        PickleSerializer(secret=SECRET).loads(written[:4] + b"P" + written[5:])


@pytest.mark.parametrize("kind", KINDS)
def test_signed_bytes_are_not_read_without_a_secret(kind: Any) -> None:
    with pytest.raises(UntrustedDataError, match="give it secret="):
        kind().loads(kind(secret=SECRET).dumps(1))


def test_a_pickle_is_not_read_as_json_nor_json_as_a_pickle() -> None:
    with pytest.raises(ValueError, match=r"it is a pickle.*replace_existing"):
        JSONSerializer().loads(PickleSerializer().dumps(1))
    with pytest.raises(ValueError, match=r"it is JSON.*replace_existing"):
        PickleSerializer().loads(JSONSerializer().dumps(1))


# -- another secret ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_an_earlier_secret_is_good_for_reading_and_the_first_signs(kind: Any) -> None:
    old, new = kind(secret=OLD_SECRET), kind(secret=SECRET, previous_secrets=[b"x" * 16, OLD_SECRET])
    assert new.loads(old.dumps(1)) == 1
    assert new.within("a").loads(old.within("a").dumps(1)) == 1
    assert kind(secret=SECRET).loads(new.dumps(1)) == 1
    with pytest.raises(UntrustedDataError):
        old.loads(new.dumps(1))


# -- secrets that are none -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("secret", ["", b"", "x" * 15, b"\0" * 15, "äöüäöüä"])
def test_a_short_secret_is_refused_with_what_to_do(kind: Any, secret: Any) -> None:
    for given in ({"secret": secret}, {"secret": SECRET, "previous_secrets": [secret]}):
        with pytest.raises(ConfigurationError, match=r"secrets\.token_hex") as raised:
            kind(**given)
        assert not secret or str(secret) not in str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("secret", [7, ["x" * 20], object(), True])
def test_a_secret_is_text_or_bytes(kind: Any, secret: Any) -> None:
    with pytest.raises(TypeError, match="must be text or bytes"):
        kind(secret=secret)


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_that_is_missing_where_it_was_looked_up_leaves_nothing_unsigned(kind: Any) -> None:
    with pytest.raises(ConfigurationError, match="missing where it was looked up"):
        kind(secret=os.environ.get("NO_SUCH_VARIABLE_OF_TICKWRIGHT"))
    with pytest.raises(TypeError, match="must be text or bytes"):
        kind(secret=SECRET, previous_secrets=[None])


def test_a_secret_in_the_place_of_the_protocol_is_noticed_and_not_shown() -> None:
    with pytest.raises(TypeError, match=r"protocol must be a number.*secret=") as raised:
        PickleSerializer(SECRET)  # type: ignore[arg-type]
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("protocol", [-1, 6, 99])
def test_a_protocol_that_there_is_not_is_refused(protocol: int) -> None:
    with pytest.raises(ConfigurationError, match="give 0 to 5"):
        PickleSerializer(protocol)


def test_a_secret_that_is_no_unicode_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationError) as raised:
        PickleSerializer(secret="\ud800 is half of a pair, and no text")
    shown = "".join(traceback.format_exception(raised.value))
    assert "half of a pair" not in shown.replace('secret="\\ud800 is half of a pair, and no text"', "")
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("previous", [SECRET, SECRET.encode(), 7, None])
def test_earlier_secrets_are_a_list(previous: Any) -> None:
    with pytest.raises(TypeError, match="must be a list") as raised:
        PickleSerializer(secret=SECRET, previous_secrets=previous)
    assert SECRET not in str(raised.value)


def test_earlier_secrets_alone_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="no secret"):
        PickleSerializer(previous_secrets=[OLD_SECRET])


# -- secrets stay secret ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_in_no_repr_and_in_no_attribute(kind: Any) -> None:
    serializer = kind(secret=SECRET, previous_secrets=[OLD_SECRET]).within("a")
    seen: set[int] = set()

    def look(thing: object) -> None:
        if id(thing) in seen:
            return
        seen.add(id(thing))
        assert SECRET not in repr(thing)
        assert thing not in (SECRET, SECRET.encode(), OLD_SECRET)
        for name in (*getattr(type(thing), "__slots__", ()), *getattr(thing, "__dict__", {})):
            look(getattr(thing, name, None))
        if isinstance(thing, (tuple, list)):
            for one in thing:
                look(one)

    look(serializer)
    assert len(seen) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_serializer_with_a_secret_cannot_be_pickled_and_says_why(kind: Any) -> None:
    serializer = kind(secret=SECRET)
    for thing in (serializer, {"default": serializer}, MovingSerializer(serializer, old=PickleSerializer())):
        with pytest.raises(TypeError, match="secret would lie in the pickle"):
            pickle.dumps(thing)
    store = SQLiteJobStore("jobs.sqlite", serializer=serializer)
    with pytest.raises(TypeError, match="secret would lie in the pickle"):
        pickle.dumps(store)


@pytest.mark.parametrize("kind", KINDS)
def test_a_serializer_can_be_copied(kind: Any) -> None:
    serializer = kind(secret=SECRET, modules=MODULES)
    for again in (copy.copy(serializer), copy.deepcopy(serializer)):
        assert again.loads(serializer.dumps([1])) == [1]


def test_a_serializer_without_a_secret_can_be_pickled() -> None:
    for serializer in (PickleSerializer(), JSONSerializer(modules=MODULES)):
        again: Serializer = pickle.loads(pickle.dumps(serializer))
        assert again.loads(serializer.dumps([1])) == [1]


@pytest.mark.parametrize(
    "options",
    [
        {"jobstores": {"default": {"type": "sqlite", "serializer": {"type": "pickle", "secret": SECRET}, "pth": "x"}}},
        {
            "jobstores": {
                "default": {
                    "type": "sqlite",
                    "path": "x",
                    "serializer": {"type": "json", "secret": SECRET, "modlues": []},
                }
            }
        },
        {"jobstores": {"default": {"type": "sqlite", "path": "x", "serializer": {"type": "yaml", "secret": SECRET}}}},
        {"jobstores": {"default": {"type": "sqlite", "path": "x", "serializer": {"secret": SECRET}}}},
        {
            "jobstores": {
                "default": {"type": "sqlite", "path": "x", "serializer": {"type": "json", "secret": SECRET[:9]}}
            }
        },
        {"jobstores": {"default": {"type": "memory", "serializer": {"type": "json", "secret": SECRET}}}},
        {"jobstores": {"default": {"path": "x", "serializer": {"type": "json", "secret": SECRET}}}},
        {"jobstore": {"serializer": {"secret": SECRET}}},
        {"jobstores.default.serializer.secret": SECRET},
        {"jobstores": {"serializer": {"secret": SECRET}}},
        {"secret": SECRET},
        {"executors": {"default": {"type": "threadpool", "secret": SECRET}}},
    ],
    ids=range(12),
)
def test_a_configuration_that_cannot_be_taken_shows_no_secret(options: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises((ConfigurationError, TypeError)) as raised:
        BackgroundScheduler(**options)
    shown: BaseException | None = raised.value
    while shown is not None:
        assert SECRET[:9] not in str(shown)
        shown = shown.__cause__ or shown.__context__
    assert SECRET[:9] not in caplog.text
