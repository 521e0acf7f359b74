"""P21: guessing passwords is limited across processes, and no header that a client sends gets around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from marketplace.core.db import db
from tests.client import Browser
from tests.people import PASSWORD, People
from tests.races.conftest import application_on
from tests.races.crowd import PATIENCE
from tests.races.site import Answer, Visitor, running

PARALLEL = 50
PER_ACCOUNT = 10


@pytest.mark.parametrize("limited", [True, False], ids=["limited", "control"])
def test_of_fifty_wrong_sign_ins_at_once_ten_are_evaluated(
    fresh_database: Callable[[], str], tmp_path: Path, limited: bool, figure: Callable[[str], None]
) -> None:
    url = fresh_database()
    with (
        application_on(url) as app,
        running(url, tmp_path / "site.log", RATELIMIT_ENABLED=str(int(limited))) as site,
    ):
        email = People(app).customer().email
        db.session.rollback()
        browser = Browser.of(app)
        token = browser.csrf_token()
        cookie = browser.get_cookie("session")
        assert cookie is not None
        stranger = Visitor(0, cookie.value, token)
        gate = threading.Barrier(PARALLEL)

        def guess(number: int) -> Answer:
            connection = site.connect()
            gate.wait(PATIENCE)
            headers = {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.1.{number}"}
            # The letter case must not make another account of it.
            name = email.upper() if number % 2 else email
            return site.post(connection, "/login", stranger, headers, email=name, password=f"wrong {number}")

        with ThreadPoolExecutor(PARALLEL) as pool:
            answers = list(pool.map(guess, range(PARALLEL)))
        evaluated = [answer for answer in answers if answer.status != 429]
        assert {answer.status for answer in evaluated} == {422}
        assert len(evaluated) == (PER_ACCOUNT if limited else PARALLEL)
        # The right password does not get through either while the account is being attacked.
        answer = site.post(site.connect(), "/login", stranger, email=email, password=PASSWORD)
        assert answer.status == (429 if limited else 302)
    figure(
        f"P21{'' if limited else ' control without limits'}: {len(evaluated)} of {PARALLEL} wrong sign-ins evaluated"
    )
