"""Security headers on every answer, errors included."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

SOURCES = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""What every page may load, and what may be done with it."""


def policy(sources: dict[str, str]) -> str:
    """The content policy as browsers read it."""
    return "; ".join(f"{directive} {allowed}" for directive, allowed in sources.items())


POLICY = policy(SOURCES)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Adds the headers after every request."""
    app.after_request(add_headers)


def widen_policy(response: Response, **more: str) -> None:
    """Lets this one answer load more than others do: `font_src="data:"` is added to what fonts come from already.

    It is said of the answer and not of the request, so the page that tells of an error instead stays as strict as ever.
    """
    sources = dict(SOURCES)
    for name, allowed in more.items():
        directive = name.replace("_", "-")
        sources[directive] = f"{sources.get(directive, sources['default-src'])} {allowed}"
    response.headers["Content-Security-Policy"] = policy(sources)


def add_headers(response: Response) -> Response:
    """Content policy, no sniffing, no framing, no referrer to others, and HTTPS for good once it is there."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.extend(FIXED)
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
