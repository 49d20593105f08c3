"""The pictures of the docs show what the triggers answer today."""

import runpy
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs" / "explanation"
DRAWN = runpy.run_path(str(DOCS / "draw_time.py"))


def test_each_picture_is_as_the_triggers_have_it():
    assert DRAWN["PICTURES"]
    for picture in DRAWN["PICTURES"]:
        assert (DOCS / picture.file).read_text(encoding="utf-8") == picture.svg(), "call `make pictures`"


def test_each_picture_says_in_words_what_it_shows():
    gap, fold = (picture.description() for picture in DRAWN["PICTURES"])
    assert "30 2 * * * with cron fires at 07:00 UTC." in gap
    assert "30 2 * * * with wall_clock fires at no time UTC." in gap
    assert "30 1 * * * with wall_clock fires at 05:30, 06:30 UTC." in fold
    assert "*/30 * * * * with skip fires at 04:00, 04:30, 05:00, 05:30, 07:00, 07:30, 08:00 UTC." in fold
