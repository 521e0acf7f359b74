"""P16: broken bodies, headers, cookies, methods and paths get a refusal with words, and never a failure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.client import Browser
from tests.promises.doors import doors
from tests.promises.hostile import FORM, faults
from tests.promises.test_hostile_input import posts
from tests.promises.town import PASSWORD, Key, Town, Who

MEGABYTE = "x" * 1_000_000
DEEP = "[" * 100_000


def explained(answer: TestResponse) -> list[str]:
    """`faults`, where a redirect may name this host."""
    found = faults(answer)
    return [fault for fault in found if not fault.startswith("leads to http://localhost/")]


BODIES: dict[str, tuple[str | None, bytes, tuple[int, ...]]] = {
    "deep JSON": ("application/json", DEEP.encode(), (415,)),
    "JSON": ("application/json", b'{"email": "a@example.com", "password": "x"}', (415,)),
    "JSON of another kind": ("application/vnd.api+json", b"{}", (415,)),
    "plain text": ("text/plain", b"email=a", (415,)),
    "XML": ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", (415,)),
    "a body of no kind": (None, b"email=a", (415,)),
    "a kind that cannot be read": ("\xff;;==", b"email=a", (415,)),
    "broken percent signs": (FORM, b"%&%z=%&=&&&title=%u0041&%ff%fe=%ff", (200, 302, 400, 401, 422)),
    "many fields": (FORM, b"&".join(b"f%d=1" % number for number in range(20_000)), (200, 302, 400, 413, 422)),
    "one field many times": (FORM, b"title=a&" * 20_000, (200, 302, 400, 413, 422)),
    "a long name": (FORM, b"a" * 200_000 + b"=1", (200, 302, 400, 413, 422)),
    "a megabyte": (FORM, f"title={MEGABYTE}&description={MEGABYTE}".encode(), (413,)),
    "half a megabyte of blanks": (FORM, b"title=" + b"+" * 500_000, (200, 302, 400, 413, 422)),
    "multipart without boundary": ("multipart/form-data", b"--x\r\n", (302, 400, 422)),
    "multipart with another boundary": ("multipart/form-data; boundary=a", b"--b\r\n\r\n--b--\r\n", (302, 400, 422)),
    "multipart that ends early": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="title"\r\n\r\nabc',
        (302, 400, 413, 422),
    ),
    "multipart of garbage": (
        "multipart/form-data; boundary=a",
        b"--a\r\n\xff\xfe: \x00\r\n\r\n\r\n--a--\r\n",
        (302, 400, 422),
    ),
    "a file": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="title"; filename="\x00../x"\r\n\r\nabc\r\n--a--\r\n',
        (415,),
    ),
    "too many parts": (
        "multipart/form-data; boundary=a",
        b"".join(b'--a\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(600))
        + b"--a--\r\n",
        (413,),
    ),
    "one large part": (
        "multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + b"x" * 600_000 + b"\r\n--a--\r\n",
        (413,),
    ),
}
SOME_FORMS = (
    "/login",
    "/register",
    "/orders/new",
    "/orders/{open}/edit",
    "/preferences",
    "/admin/categories/new/",
)


@pytest.mark.parametrize("what", BODIES)
def test_a_broken_body_is_refused_with_words(town: Town, what: str) -> None:
    kind, body, expected = BODIES[what]
    wrong = []
    for path in SOME_FORMS:
        who = posts()[path][0]
        headers = {"X-CSRFToken": town.keys[who].token}
        with town.undone() as connection:
            answer = town.browser(who).post(town.path(path), data=body, content_type=kind, headers=headers)
            is_changed = town.trace(connection) != town.untouched
        found = explained(answer) + (["changed something"] if is_changed else [])
        if answer.status_code not in expected:
            found.append(f"answers {answer.status_code}")
        wrong += [f"{path} {fault}" for fault in found]
    assert wrong == []


@pytest.mark.parametrize("path", posts())
def test_a_body_without_a_length_is_not_read(town: Town, path: str) -> None:
    # Servers that decode chunked bodies set no length, and end the stream themselves.
    who = posts()[path][0]
    wrong = []
    for kind, body in (("application/json", DEEP), (FORM, f"title={MEGABYTE}{MEGABYTE}"), ("text/plain", "a")):
        environ: dict[str, Any] = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(body.encode())}
        headers = {"X-CSRFToken": town.keys[who].token, "Transfer-Encoding": "chunked"}
        with town.undone() as connection:
            answer = town.browser(who).post(
                town.path(path), content_type=kind, headers=headers, environ_overrides=environ
            )
            is_changed = town.trace(connection) != town.untouched
        found = explained(answer) + (["changed something"] if is_changed else [])
        if answer.status_code != 411:
            found.append(f"answers {answer.status_code}")
        wrong += [f"{kind}: {fault}" for fault in found]
    assert wrong == []


HEADERS: tuple[dict[str, str], ...] = (
    {"Accept-Language": "x" * 20_000},
    {"Accept-Language": "*;q=NaN, ru;q=1e400, en;q=-1, ;;;,,,"},
    {"Accept-Language": "en;q=0,9;q=²"},
    {"Accept": "application/json"},
    {"Accept": "\xff;;q=x", "X-Requested-With": "XMLHttpRequest"},
    {"X-Request-ID": "x" * 10_000},
    {"X-Request-ID": "\xe9\xff<script>"},
    {"Cookie": "locale=%00; theme=\xff"},
    {"Cookie": "locale=../../etc; theme=<script>; session="},
    {"Cookie": "session=" + "x" * 20_000},
    {"Cookie": "session=eyJhIjoxfQ.Zm9v.YmFy; session=.eJw; remember_token=1|abc"},
    {"Cookie": "=;;;=a; $Version=1; \xff=\xfe"},
    {"Cookie": 'session="\\000\\777"'},
    {"Referer": "http://[::1"},
    {"Host": "x y"},
    {"Host": "[::1"},
    {"Host": "a" * 9_000},
    {"Host": "\xff<script>"},
    {"Referer": "\xff" * 500},
    {"User-Agent": "\xff" * 5_000},
    {"User-Agent": ""},
    {
        "X-Forwarded-For": "not, an, address, ' OR 1=1",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Host": "evil.example",
    },
    {"Authorization": "Basic \xff"},
    {"Authorization": "Bearer " + "x" * 9_000},
    {"Authentication-Token": "x"},
    {"If-None-Match": '"', "If-Modified-Since": "yesterday", "Range": "bytes=9-1,-0,99999999999999999999-"},
    {"Content-Type": "application/json"},
    {"Content-Length": "0", "Transfer-Encoding": "identity"},
    {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/admin/"},
)
PAGES = (
    "/",
    "/board",
    "/login",
    "/nothing-here",
    "/profile",
    "/healthz",
    "/readyz",
    "/static/css/theme.css",
    "/admin/",
)


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: " ".join(headers) if isinstance(headers, dict) else "")
def test_a_strange_header_fails_nothing(town: Town, headers: dict[str, str]) -> None:
    wrong = []
    for path in PAGES:
        plain = town.ask(Who.ANONYMOUS, "GET", path)
        answer = town.app.test_client().get(path, headers=headers)
        found = explained(answer)
        if answer.status_code not in (plain.status_code, 206, 304, 416, *([400] if "Host" in headers else [])):
            found.append(f"answers {answer.status_code} instead of {plain.status_code}")
        if len(answer.headers["X-Request-ID"]) > 64 or not answer.headers["X-Request-ID"].isascii():
            found.append("repeats a strange request id")
        if "evil.example" in answer.text:
            found.append("believes a forwarded host")
        wrong += [f"{path} {fault}" for fault in found]
    assert wrong == []


def test_a_strange_browser_can_sign_in_and_is_listed(town: Town) -> None:
    for name in ("\xff" * 5_000, "a\x01\x1bb", "<script>alert(1)</script>", ""):
        with town.undone():
            browser = town.browser(Who.ANONYMOUS)
            fields = {"email": town.emails["spare"], "password": PASSWORD, "csrf_token": town.keys[Who.ANONYMOUS].token}
            answer = browser.post("/login", data=fields, headers={"User-Agent": name})
            assert answer.status_code == 302
            page = browser.get("/sessions", headers={"User-Agent": name})
            assert page.status_code == 200
            assert "<script>alert" not in page.text


def sessions(town: Town) -> Iterator[dict[str, Any]]:
    """What a signed cookie could hold if its key were known, or if an older release had written it."""
    key = signed_content(town, town.keys[Who.OWNER])
    for value in (123, True, None, [], {}, [1], {"a": 1}, "", "x" * 3_000, "\ud800", "a\x00b", 1.5):
        for name in (
            "_user_id",
            "device",
            "csrf_token",
            "_fresh",
            "_flashes",
            "fs_cc",
            "fs_paa",
            "_permanent",
            "identity_id",
        ):
            yield key | {name: value}
    yield {"_flashes": [["success"], "x", 5]}
    yield {"_flashes": [["success", {"a": 1}]]}
    yield {"_user_id": "x"}
    yield {"device": key["device"]}


def signed_content(town: Town, key: Key) -> dict[str, Any]:
    """What is in the cookie."""
    serializer = town.app.session_interface.get_signing_serializer(town.app)  # type: ignore[attr-defined]
    content: dict[str, Any] = serializer.loads(key.cookie)
    return content


def test_a_session_with_values_of_the_wrong_kind_fails_nothing(town: Town) -> None:
    serializer = town.app.session_interface.get_signing_serializer(town.app)  # type: ignore[attr-defined]
    form = {"email": town.emails["spare"], "password": PASSWORD, "csrf_token": town.keys[Who.OWNER].token}
    wrong = []
    for content in sessions(town):
        for method, path in (
            ("GET", "/"),
            ("GET", "/profile"),
            ("POST", "/logout"),
            ("GET", "/password"),
            ("POST", "/login"),
        ):
            with town.undone():
                browser = Browser.of(town.app)
                browser.set_cookie("session", serializer.dumps(content))
                answer = browser.open(path, method=method, data=form if method == "POST" else None)
            changed = {name: value for name, value in content.items() if name != "csrf_token"}
            wrong += [f"{method} {path} {str(changed)[:80]}: {fault}" for fault in explained(answer)]
    assert wrong == []


METHODS = ("PUT", "DELETE", "TRACE", "X" * 300)


def test_another_method_is_refused_and_says_what_is_possible(town: Town) -> None:
    wrong = []
    allowed: dict[str, set[str]] = {}
    for door in doors():
        allowed.setdefault(door.path, set()).add(door.method)
    for path in allowed:
        with town.undone() as connection:
            for method in METHODS:
                answer = town.browser(Who.ADMIN).open(town.path(path), method=method)
                found = explained(answer)
                if answer.status_code not in (400, 405) or (
                    answer.status_code == 405 and not answer.headers.get("Allow")
                ):
                    found.append(f"answers {answer.status_code}")
                wrong += [f"{method[:10]} {path} {fault}" for fault in found]
            if town.trace(connection) != town.untouched:
                wrong.append(f"{path} changed something")
        if "POST" not in allowed[path]:
            answer = town.ask(Who.ADMIN, "POST", town.path(path))
            wrong += [] if answer.status_code == 405 else [f"POST {path} answers {answer.status_code}"]
    assert wrong == []


ADDRESSES = (
    *(
        "/%00",
        "/%ff",
        "/%ed%a0%80",
        "/board%00",
        "/board/%ff",
        "//",
        "///board",
        "//evil.example/board",
        "/\\evil.example",
    ),
    *(
        "/..",
        "/../etc/passwd",
        "/static/../../config.py",
        "/static/%2e%2e/%2e%2e/config.py",
        "/static/..%2f..%2fconfig.py",
    ),
    *("/static/", "/static/css", "/static/css/", "/static/%00", "/static/css/theme.css/", "/static/" + "a/" * 500),
    *("/static/c:\\windows", "/static//etc/passwd", "/fs-static/../../config.py", "/fs-static/%00"),
    *(
        "/orders",
        "/orders/",
        "/orders//1",
        "/ORDERS/1",
        "/orders/1/",
        "/orders/1/take/",
        "/orders/1/drop",
        "/orders/1.5",
    ),
    *(
        "/board/",
        "/board;a=b",
        "/board%3Fq=1",
        "/admin",
        "/admin//",
        "/admin/nothing/",
        "/admin/orders",
        "/admin/static/",
    ),
    *(
        "/" + "x" * 9_000,
        "/board?" + "a" * 5_000,
        "/board?" + "&".join(f"q{n}=1" for n in range(900)),
        "/board?q=" * 200,
    ),
    *(
        "/board?%",
        "/board?&&&==&%zz",
        "/board?q=%ff",
        "/board?q=%ed%a0%80",
        "/board?q=a&q=b&q=c",
        "/board?q[]=1&q[a]=2",
    ),
    *(
        "/login?next=%00",
        "/login?next=%ed%a0%80",
        "/performers/1%0d%0aX-A:%20b",
        "/%0d%0aSet-Cookie:%20a=b",
        "*",
        "board",
    ),
)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: str(address)[:40])
def test_a_strange_address_is_answered_with_words(town: Town, address: str) -> None:
    for who in (Who.ANONYMOUS, Who.ADMIN):
        answer = town.browser(who).get(address)
        assert explained(answer) == []
        assert "SECRET_KEY" not in answer.text and "root:" not in answer.text
        assert answer.status_code in (200, 301, 302, 308, 400, 401, 403, 404, 414, 422), answer.status_code


def test_the_words_of_a_refusal_never_repeat_the_address_as_html(town: Town) -> None:
    mark = "<b id=x>"
    for address in (
        f"/{mark}",
        f"/board?cursor={mark}",
        f"/customer?show={mark}",
        f"/orders/{mark}",
        f"/login?next={mark}",
    ):
        assert mark not in town.browser(Who.OWNER).get(address).text
