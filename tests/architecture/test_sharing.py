"""What is told of the tests, so that two workers end at the same time, is told of tests that there are."""

from __future__ import annotations

from pathlib import Path

from tests.sharing import LONG, TOGETHER, part_of


def test_every_part_that_is_named_has_tests(project: Path) -> None:
    paths = [path.relative_to(project).as_posix() for path in project.glob("tests/**/test_*.py")]
    assert set(LONG) - {part_of(path) for path in paths} == set()
    places = [place for found in TOGETHER.values() for place in found]
    assert [place for place in places if not any(path.startswith(place) for path in paths)] == []


def test_a_name_with_colons_in_its_parameters_belongs_to_its_file() -> None:
    assert part_of("tests/web/test_x.py::Test::test_y[::1]") == "tests/web/test_x.py"
    assert part_of("tests/races/test_x.py::test_y") == part_of("tests/live/test_x.py::test_z") == "busy"
