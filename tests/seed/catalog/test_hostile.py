"""P23: whatever content says, reading it ends with a clear error or with items, in bounded time and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import pytest

from marketplace.catalog.errors import SourceRefused, TooHeavySource
from marketplace.core.fetch import MOST_BYTES
from seed.catalog import boxed, reading
from seed.catalog.boxed import MOST_MEMORY, MOST_SECONDS, read_boxed
from seed.catalog.reading import Source, read

DEEP = 100_000
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
LD = '<script type="application/ld+json">'


def attributes(tag: str, inner: str) -> str:
    """A tag with hundreds of thousands of attributes, none of them long, with signs in them that look like its end."""
    named = (" ".join(f"{inner.format(f'a{part}_{n}')}" for n in range(3000)) + f' q{part}=">"' for part in range(100))
    return f"<{tag} {' '.join(named)}>"


HOSTILE: dict[str, Callable[[], str]] = {
    "html: nested": lambda: "<div>" * DEEP,
    "html: nested and closed": lambda: "<div>" * DEEP + "1 ₽" + "</div>" * DEEP,
    "html: nested tables": lambda: "<table><tr><td>" * DEEP,
    "html: nested formatting": lambda: "<b><i>" * DEEP,
    "html: nested, hidden from a count": lambda: "<x-a>" * DEEP,
    "html: wide": lambda: "<p>a</p>" * (MOST_BYTES // 8),
    "html: attributes": lambda: attributes("a", "{}"),
    "html: one long tag": lambda: "<a " + "b " * (MOST_BYTES // 2),
    "html: open comments": lambda: "<!--" * (MOST_BYTES // 4),
    "html: open scripts": lambda: "<script>" * 190_000,
    "html: entities": lambda: "<p>" + "&amp" * (MOST_BYTES // 4),
    "html: json-ld nested": lambda: LD + "[" * DEEP + "</script>",
    "html: json-ld wide": lambda: LD + "[" + '{"@type":"Product"},' * 300_000 + "{}]</script>",
    "xml: nested": lambda: "<rss>" + "<a>" * DEEP,
    "xml: nested and closed": lambda: "<rss>" + "<a>" * DEEP + "</a>" * DEEP + "</rss>",
    "xml: wide": lambda: "<rss>" + "<a/>" * (MOST_BYTES // 4) + "</rss>",
    "xml: attributes": lambda: attributes("rss", '{}="1"'),
    "xml: billion laughs": lambda: f"<!DOCTYPE rss [{LAUGHS}]><rss><channel><title>&a9;</title></channel></rss>",
    "xml: quadratic laughs": lambda: f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]><rss>{"&a;" * 50_000}</rss>',
    "xml: stray signs": lambda: "<rss><item><title>" + "&" * (MOST_BYTES // 2),
    "json: nested lists": lambda: "[" * DEEP,
    "json: nested and closed": lambda: "[" * DEEP + "]" * DEEP,
    "json: nested objects": lambda: '{"a":' * DEEP + "1" + "}" * DEEP,
    "json: wide": lambda: "[" + '{"name":"a"},' * (MOST_BYTES // 14) + "1]",
    "json: one number": lambda: "[" + "9" * 1_000_000 + "]",
    "json: one text": lambda: '["' + "a" * (MOST_BYTES - 10) + '"]',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_ends_in_time_and_memory(name: str, figure: Callable[[str], None]) -> None:
    content = HOSTILE[name]().encode()[:MOST_BYTES]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        # The box's own limits come last: nothing that we know of should need more than half of them.
        what = f"{len(read_boxed(Source(content), memory=MOST_MEMORY // 2))} items"
    except SourceRefused as error:
        what = type(error).__name__ if type(error) is not SourceRefused else str(error)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert seconds < MOST_SECONDS * 0.75 and "TooHeavy" not in what
    figure(f"P23: {name}: {seconds:.1f} s within {MOST_MEMORY // 2 // 1024**2} MB of addresses: {what}")


def test_the_box_ends_what_takes_too_long_or_too_much() -> None:
    """The control: content that the checks let through, in a box too small for it."""
    heavy = Source(("<div>" + "<p class='some words'>words</p>" * 95_000 + "</div>").encode())
    started = time.monotonic()
    with pytest.raises(TooHeavySource):
        read_boxed(heavy, seconds=1)
    assert time.monotonic() - started < 15
    with pytest.raises(TooHeavySource):
        read_boxed(heavy, memory=160 * 1024 * 1024)


def test_the_box_says_what_the_reader_says() -> None:
    source = Source(b'[{"name": "Desk", "price": "1 299", "image": "/a.png"}, 5]')
    assert read_boxed(source) == read(source)
    with pytest.raises(SourceRefused, match="Read as: JSON") as refused:
        read_boxed(Source(b"[]"))
    assert refused.value.values == {"format": reading.SHOWN[reading.JSON]}


def test_the_box_has_the_code_of_this_project_wherever_it_is_called_from(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert (boxed.ROOT / "seed").is_dir()
    assert len(read_boxed(Source(b'[{"name": "A", "price": 1}]'))) == 1
