"""The site on a port, as programs of others meet it, with one category and nobody in it but the desk of the demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_security import hash_password

from marketplace.accounts.states import Role
from marketplace.core.db import db
from seed.demo import DEMO_PASSWORD
from tests.people import People
from tests.races.conftest import application_on
from tests.races.site import running


@contextmanager
def living_site(url: str, folder: Path) -> Iterator[str]:
    """The address of the site on the empty database `url`; requests are counted as everywhere."""
    with application_on(url) as app:
        people = People(app)
        people.category()
        for role in (Role.MANAGER, Role.ADMIN):
            people.account(role, email=f"{role.value}@example.com").password = hash_password(DEMO_PASSWORD)
        db.session.commit()
    with running(url, folder / "site.log", RATELIMIT_ENABLED="1", MEDIA_PATH=str(folder / "media")) as site:
        yield f"http://127.0.0.1:{site.port}"
