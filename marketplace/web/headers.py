"""Security headers on every answer, errors included."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def init_app(app: Flask) -> None:
    """Adds the headers after every request."""
    app.after_request(add_headers)


def csp_nonce() -> str:
    """The nonce of this answer, for pages of libraries that bring inline tags of their own."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def add_headers(response: Response) -> Response:
    """Content policy, no sniffing, no framing, no referrer to others, and HTTPS for good once it is there."""
    policy = POLICY
    nonce = g.get("csp_nonce")
    if nonce:
        policy += f"; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'"
    headers = response.headers
    headers["Content-Security-Policy"] = policy
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure or current_app.config["HTTPS"]:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static":
        headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if "v" in request.args else "public, max-age=3600"
        )
    else:
        # Pages differ by person and language, and must not come back from a cache after signing out.
        headers.setdefault("Cache-Control", "private, no-store")
    return response
