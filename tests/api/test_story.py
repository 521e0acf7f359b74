"""docs/api.md, copied into a shell block after block: everything works, and answers as the page says."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.api.living import living_site

PAGE = "docs/api.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "--- the end of block"
ANY = "…"
SECONDS = 120


class Step(NamedTuple):
    """What is typed, and what the page says that comes back, if it says anything."""

    typed: str
    answer: Any


def steps_of(page: str) -> list[Step]:
    """The blocks for the shell, each with the JSON that follows it."""
    blocks = [(found[1], found[2]) for found in BLOCK.finditer(page)]
    return [
        Step(text, json.loads(following[1]) if following[0] == "json" else None)
        for (kind, text), following in zip(blocks, [*blocks[1:], ("", "")], strict=True)
        if kind == "sh"
    ]


@pytest.fixture(scope="module")
def steps(project: Path) -> list[Step]:
    """The story."""
    return steps_of((project / PAGE).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(steps: list[Step], fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block said, in one shell that ends at the first command that fails."""
    folder = tmp_path_factory.mktemp("story")
    script = "".join(f"{step.typed}\necho; echo '{MARK}'\n" for step in steps)
    with living_site(fresh_database(), folder) as address:
        shell = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env={"SITE": address, "PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    said = shell.stdout.split(f"{MARK}\n")
    assert shell.returncode == 0, f"{steps[len(said) - 1].typed}\n{said[-1]}\n{shell.stderr}"
    return said[:-1]


def test_every_block_of_the_page_works(steps: list[Step], told: list[str]) -> None:
    assert len(told) == len(steps) > 20


def test_every_answer_is_as_the_page_says(steps: list[Step], told: list[str]) -> None:
    compared = 0
    for step, said in zip(steps, told, strict=True):
        if step.answer is not None:
            # What comes last is what the page shows.
            differences = list(differing(step.answer, json.loads(said.strip().splitlines()[-1]), "$"))
            assert differences == [], step.typed
            compared += 1
    assert compared > 15


def test_the_page_tells_the_whole_story(steps: list[Step]) -> None:
    typed = "".join(step.typed for step in steps)
    for part in ("auth/register", "auth/login", "auth/refresh", "auth/logout", "Idempotency-Key", "/offers", "/accept"):
        assert part in typed
    for part in (
        "/pictures",
        "/catalog/loads",
        "/comments",
        "/attachments",
        "/complete",
        "/rate",
        "/events",
        "If-Match",
        "If-None-Match",
        "cursor=",
    ):
        assert part in typed
    assert "jq" not in typed.split()


def differing(expected: Any, found: Any, place: str) -> Iterator[str]:
    """Where `found` is not what is shown; fields that are not shown may be anything, and so may ids."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            yield f"{place}: {found!r} is no object"
            return
        for name, value in expected.items():
            if name not in found:
                yield f"{place}.{name} is not there"
            elif not isinstance(value, int) or not (name == "id" or name.endswith("_id")):
                yield from differing(value, found[name], f"{place}.{name}")
            elif not isinstance(found[name], int):
                yield f"{place}.{name}: {found[name]!r} is no id"
    elif isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            yield f"{place}: {found!r} is no list of {len(expected)}"
            return
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differing(one, other, f"{place}[{index}]")
    elif isinstance(expected, str) and ANY in expected:
        pattern = ".*".join(map(re.escape, expected.split(ANY)))
        if not isinstance(found, str) or not re.fullmatch(pattern, found, re.DOTALL):
            yield f"{place}: {found!r} is not like {expected!r}"
    elif (type(expected), expected) != (type(found), found):
        yield f"{place}: {found!r} is not {expected!r}"
