"""Hears everything a browser complains about: errors in the console, refused content, requests to other hosts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

REFUSED_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of (\d{3})")
# A page that is left at once takes its socket with it; nobody is there any more to miss it.
LEFT_WHILE_CONNECTING = "WebSocket is closed before the connection is established."
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  reportViolation(`${event.effectiveDirective} refused ${event.blockedURI || event.sample} on ${location.href}`);
});
"""


class Watch:
    """What happened in all windows of one test."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.requests = 0
        self._complaints: list[str] = []
        self._expected: dict[tuple[int, str], int] = {}

    def expect(self, status: int, path: str) -> None:
        """Allows answers with this status at this path, which Chromium writes into the console as an error.

        An answer that was expected and did not come is a complaint too.
        """
        self._expected.setdefault((status, path), 0)

    def attach(self, context: BrowserContext, *, scripts: bool) -> None:
        """Listens to everything in `context`."""
        context.on("console", self._heard)
        context.on("weberror", self._failed)
        context.on("request", self._asked)
        if scripts:
            context.expose_binding("reportViolation", self._refused)
            context.add_init_script(TELL_VIOLATIONS)

    def complaints(self) -> list[str]:
        """All that nobody expected, and all that was expected in vain."""
        missed = [f"no {status} at {path}" for (status, path), times in self._expected.items() if not times]
        return self._complaints + missed

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if message.text.endswith(LEFT_WHILE_CONNECTING):
            return
        found = REFUSED_ANSWER.match(message.text)
        if found:
            answer = int(found[1]), urlsplit(message.location["url"]).path
            if answer in self._expected:
                self._expected[answer] += 1
                return
        self._complaints.append(f"console: {message.text} ({message.location['url']})")

    def _failed(self, error: WebError) -> None:
        self._complaints.append(f"uncaught: {error.error}")

    def _asked(self, request: Request) -> None:
        self.requests += 1
        if not request.url.startswith(self.address + "/"):
            self._complaints.append(f"another host was asked: {request.url}")

    def _refused(self, source: dict[str, Any], what: str) -> None:
        self._complaints.append(f"policy: {what}")
