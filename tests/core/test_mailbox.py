"""Tests of the mailbox: nothing is lost, nothing is told twice, and the loop is woken for what matters."""

from __future__ import annotations

from collections import deque
from threading import Thread

from tests.core.each_step import looking_at_each_step
from tests.core.stage import NOW, a_report, a_run
from tickwright.core.mailbox import Letter, Mailbox, Submit, Suspect
from tickwright.report import Started


def test_letters_come_out_once_in_the_order_in_which_they_came():
    mailbox = Mailbox(lambda: None)
    letters: list[Letter] = [
        a_report(a_run()),
        Suspect(alias="a"),
        Submit(alias="a", run=a_run()),
        Started(run_id="1", started_at=NOW),
    ]
    for letter in letters:
        mailbox.post(letter)
    assert len(mailbox) == 4
    assert list(mailbox.take()) == letters
    assert list(mailbox.take()) == []
    assert len(mailbox) == 0


def test_each_letter_rings_but_for_the_news_that_a_run_has_begun():
    rings = []
    mailbox = Mailbox(lambda: rings.append(len(mailbox)))
    mailbox.post(Started(run_id="1", started_at=NOW))
    assert rings == []
    mailbox.post(a_report(a_run()))
    mailbox.post(Suspect(alias="a"))
    # It rings when the letter is in: who is woken finds it.
    assert rings == [2, 3]


def test_news_that_a_run_has_begun_makes_room_for_its_report():
    mailbox = Mailbox(lambda: None)
    run, other = a_run(number=1), a_run(number=2)
    news = [Started(run_id=one.id, started_at=NOW) for one in (run, other)]
    for letter in news:
        mailbox.post(letter)
    assert list(mailbox.unread()) == news
    report = a_report(run)
    assert report.started_at is None
    mailbox.post(report)
    letters = [report._replace(started_at=NOW), news[1]]
    assert list(mailbox.unread()) == letters[::-1]
    assert len(mailbox) == 2
    assert list(mailbox.take()) == letters
    assert list(mailbox.unread()) == []


def test_news_of_a_beginning_is_unread_until_somebody_has_it_or_the_report():
    mailbox = Mailbox(lambda: None)
    run = a_run()
    mailbox.post(Started(run_id=run.id, started_at=NOW))
    seen = set()

    def look():
        seen.add(bool(list(mailbox.unread())))

    with looking_at_each_step(look, Mailbox.__module__):
        mailbox.post(a_report(run))
    assert seen == {True}
    assert len(list(mailbox.take())) == 1
    mailbox.post(Started(run_id=run.id, started_at=NOW))
    reading = mailbox.take()
    assert next(reading) == Started(run_id=run.id, started_at=NOW)
    assert len(list(mailbox.unread())) == 1
    assert list(reading) == list(mailbox.unread()) == []


def test_who_looks_at_the_letters_leaves_them_there():
    mailbox = Mailbox(lambda: None)
    mailbox.post(Suspect(alias="a"))
    assert list(mailbox.unread()) == list(mailbox.unread()) == [Suspect(alias="a")]
    for letter in mailbox.unread():
        mailbox.post(letter)  # it does not go on for ever
    assert list(mailbox.take()) == [Suspect(alias="a")] * 2


def test_the_letter_that_is_being_read_is_unread_until_it_has_been():
    mailbox = Mailbox(lambda: None)
    letters = [Suspect(alias="a"), Suspect(alias="b")]
    for letter in letters:
        mailbox.post(letter)
    reading = mailbox.take()
    assert next(reading) == letters[0]
    assert list(mailbox.unread()) == [letters[1], letters[0]]
    assert len(mailbox) == 1
    assert list(reading) == letters[1:]
    assert list(mailbox.unread()) == []


def test_letters_that_come_while_it_is_drained_wait_for_the_next_time():
    class Chatty(deque):
        def popleft(self):
            self.append(Suspect(alias="answer"))
            return super().popleft()

    mailbox = Mailbox(lambda: None)
    mailbox._letters = Chatty()
    mailbox.post(Suspect(alias="first"))
    # Workers that report as fast as the loop reads would hold it for ever.
    assert list(mailbox.take()) == [Suspect(alias="first")]
    assert list(mailbox.take()) == [Suspect(alias="answer")]


def test_many_threads_lose_no_letter():
    mailbox = Mailbox(lambda: None)
    letters = [[Suspect(alias=f"{thread}-{number}") for number in range(2_000)] for thread in range(4)]

    def post_all(mine: list[Suspect]) -> None:
        for letter in mine:
            mailbox.post(letter)

    threads = [Thread(target=post_all, args=(mine,)) for mine in letters]
    for thread in threads:
        thread.start()
    found: list[Letter] = []
    while any(thread.is_alive() for thread in threads):
        found += list(mailbox.take())
    found += list(mailbox.take())
    for mine in letters:
        wanted = set(mine)
        assert [letter for letter in found if letter in wanted] == mine
    assert len(found) == 8_000
