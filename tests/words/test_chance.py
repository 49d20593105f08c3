"""Ids and versions are nobody else's: not a fork's, nor those of a program that repeats its random numbers."""

from __future__ import annotations

import multiprocessing
import random
import sys
from uuid import UUID

import pytest

from tickwright.chance import new_id, new_version


def test_an_id_is_a_uuid_that_follows_on_the_one_before_and_cannot_be_told_from_it():
    ids = [new_id() for _ in range(1_000)]
    assert sorted(set(ids)) == ids
    assert len({one[12:] for one in ids}) == 1_000
    assert all(UUID(hex=one).hex == one and UUID(hex=one).version == 8 for one in ids)
    assert {UUID(hex=one).variant for one in ids} == {"specified in RFC 4122"}


def test_versions_fit_a_column_of_sqlite_and_leave_room_to_count():
    assert all(0 <= new_version() < 2**48 for _ in range(1_000))


def test_a_program_that_repeats_its_random_numbers_repeats_no_id():
    made = set()
    for _ in range(10):
        random.seed(7)
        made |= {new_id(), new_version()}
    assert len(made) == 20


@pytest.mark.skipif(sys.platform == "win32", reason="nobody forks on Windows")
def test_forks_have_ids_of_their_own():
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    children = [context.Process(target=lambda: queue.put((new_id(), new_version()))) for _ in range(4)]
    for child in children:
        child.start()
    told = [queue.get() for _ in children]
    for child in children:
        child.join()
    told.append((new_id(), new_version()))
    assert len({one for both in told for one in both}) == 10
