"""Files stay small, say what they are for and carry names that mean something."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import our_files, our_modules, relative, tree

MOST_LINES = 400
WORDS_WITHOUT_MEANING = {"utils", "util", "helpers", "helper", "common", "base", "misc", "stuff", "manager", "impl"}
ENDINGS_WITHOUT_MEANING = ("Manager", "Impl", "Helper", "Utils")


def test_no_file_passes_the_limit_of_lines() -> None:
    lengths = {relative(path): path.read_text("utf-8").count("\n") for path in our_files()}
    assert {name: number for name, number in lengths.items() if number > MOST_LINES} == {}


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    names = [
        relative(path)
        for path in our_files()
        for part in Path(relative(path)).with_suffix("").parts
        if WORDS_WITHOUT_MEANING & set(part.lower().replace("-", "_").split("_"))
    ]
    assert names == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    names = [
        f"{relative(path)}: {node.name}"
        for path in our_modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith(ENDINGS_WITHOUT_MEANING)
    ]
    assert names == []


@pytest.mark.parametrize("path", our_modules(), ids=relative)
def test_a_module_starts_with_a_sentence_that_says_what_it_holds(path: Path) -> None:
    words = (ast.get_docstring(tree(path)) or "").split("\n\n")[0]
    assert words, "no docstring"
    assert words.rstrip().endswith((".", ":")), f"not a sentence: {words!r}"
