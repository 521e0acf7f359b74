"""Browser windows of different people on one running site."""

from __future__ import annotations

from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from marketplace.accounts.models import Account
from marketplace.core.db import db
from tests.browser.watch import Watch
from tests.races.site import Visitor

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
SECONDS = 10


class Windows:
    """Opens windows that share nothing with each other, and hears what happens in them."""

    def __init__(self, browser: Browser, app: Flask, address: str) -> None:
        self.watch = Watch(address)
        self.address = address
        self._browser = browser
        self._app = app
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        account_id: int | None = None,
        *,
        scripts: bool = True,
        narrow: bool = False,
        language: str = "en",
        **options: Any,
    ) -> Page:
        """A window in a browser of its own, where that person is signed in already."""
        context = self._browser.new_context(
            base_url=self.address,
            java_script_enabled=scripts,
            viewport=NARROW if narrow else WIDE,  # type: ignore[arg-type]  # a dict is a ViewportSize
            locale=language,
            reduced_motion="reduce",
            **options,
        )
        self._contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        self.watch.attach(context, scripts=scripts)
        self._put_cookie(context, "locale", language)
        if account_id is not None:
            account = db.session.get_one(Account, account_id)
            self._put_cookie(context, "session", Visitor.sign_in(self._app, account).cookie)
        return context.new_page()

    def expect(self, status: int, path: str) -> None:
        """Allows an answer that Chromium would complain about."""
        self.watch.expect(status, path)

    def close(self) -> None:
        """Closes all windows."""
        for context in self._contexts:
            context.close()

    def _put_cookie(self, context: BrowserContext, name: str, value: str) -> None:
        context.add_cookies([{"name": name, "value": value, "url": self.address}])
