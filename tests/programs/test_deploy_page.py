"""The programs that docs/how-to/deploy.md shows are the ones that run here."""

from __future__ import annotations

import ast

import pytest

from tests.docs.test_code_blocks import python_blocks
from tests.programs.running import APPS, PROJECT

SHOWN = {
    block.marks["file"]: block.code
    for block in python_blocks(PROJECT / "docs" / "how-to" / "deploy.md")
    if "file" in block.marks
}


def functions(code: str) -> dict[str, str]:
    return {
        node.name: ast.unparse(node)
        for node in ast.parse(code).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


@pytest.mark.parametrize(("name", "shown"), [("gunicorn.conf.py", 2), ("asgi.py", 1)])
def test_what_the_page_shows_is_what_the_tests_run(name, shown):
    of_page, of_app = functions(SHOWN[name]), functions((APPS / name).read_text())
    assert len(of_page) == shown
    assert {name: of_app.get(name) for name in of_page} == of_page
