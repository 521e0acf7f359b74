"""Who is called by name."""

from __future__ import annotations

import pytest

from marketplace.core.mentions import mentioned_names

NAMES = ("Ivan", "Ivan Petrov", "Анна-Мария", "C++ (dev)")


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@Ivan, look", {"Ivan"}),
        ("@ivan petrov: look", {"Ivan Petrov"}),
        ("@Ivan\nPetrov", {"Ivan Petrov"}),
        ("(@Анна-Мария) and @C++ (dev)", {"Анна-Мария", "C++ (dev)"}),
        ("mail@Ivan or @Ivanov or @ Ivan or @@Ivan", set()),
        ("Ivan", set()),
        ("", set()),
    ],
)
def test_a_whole_name_behind_an_at_calls_its_owner(text: str, called: set[str]) -> None:
    assert mentioned_names(text, NAMES) == called


def test_nobody_is_called_where_nobody_can_be() -> None:
    assert mentioned_names("@Ivan", ()) == set()
    assert mentioned_names("@ ", ("  ",)) == set()
