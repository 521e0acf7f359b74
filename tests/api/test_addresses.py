"""Addresses of the API that are nearly right."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.program import Program, told
from tests.client import Browser
from tests.people import People


@pytest.mark.parametrize("path", ["//orders", "/orders//7", "//", "/board//"])
def test_two_slashes_are_no_address_and_lead_nowhere(path: str, app: Flask, people: People) -> None:
    answer = Program(app, people.customer()).ask("GET", path, headers={"Host": "localhost"})
    told(answer, 404)
    assert "Location" not in answer.headers


def test_pages_lead_nowhere_either(app: Flask) -> None:
    answer = Browser.of(app).get("/orders//7")
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)
