"""What the browser loads is ours or vendored: hashes match, no other host is asked, no template holds inline code."""

import re
from pathlib import Path

import pytest

from scripts.vendor import ROOT, differences, read_manifest

TEMPLATES = sorted((ROOT / "marketplace/templates").rglob("*.html"))
STYLES_AND_SCRIPTS = sorted(
    path
    for pattern in ("css/*.css", "js/*.js", "img/*.svg", "*.svg")
    for path in (ROOT / "marketplace/static").glob(pattern)
)

INLINE = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}
FOREIGN_LOAD = re.compile(r"""(?:src\s*=\s*["']|url\(\s*["']?|import\s+["'])(?:https?:)?//""", re.IGNORECASE)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_vendored_file_is_listed_and_has_the_hash_of_the_manifest() -> None:
    assert differences(read_manifest()) == []


def test_a_changed_vendored_file_is_noticed() -> None:
    package = read_manifest()[0]
    inside = next(iter(package.files))
    package.files[inside] = "0" * 64
    assert differences([package])[0] == f"changed: {relative(package.target(inside))}"


@pytest.mark.parametrize("template", TEMPLATES, ids=relative)
def test_a_template_holds_no_inline_style_script_or_handler(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text("utf-8"), flags=re.DOTALL)
    assert [name for name, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("source", [*TEMPLATES, *STYLES_AND_SCRIPTS], ids=relative)
def test_nothing_is_loaded_from_another_host(source: Path) -> None:
    assert FOREIGN_LOAD.findall(source.read_text("utf-8")) == []
