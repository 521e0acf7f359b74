"""Every route has a gate, its template lies where its name says, and no page trusts text as HTML."""

from __future__ import annotations

import ast
import re

from flask import Flask

from config import ROOT
from marketplace.web.guards import LIBRARY_GATES, gate_of
from tests.architecture.sources import calls, place, product_modules, relative

TEMPLATES = ROOT / "marketplace/templates"
# What is not the page of one endpoint: parts, error pages, and pages whose routes a library names.
NOT_OF_A_FACE = {"macros", "errors", "admin", "security"}
EXTENDED = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
MAY_TRUST = {
    # Remembers what macros made, which has been escaped, and translations of texts that stand in our templates.
    "marketplace/web/rendering.py"
}
TRANSLATED = re.compile(r"""(?<![\w.])(?:_|gettext|ngettext)\(\s*[^'"\s)][^)]*\)|{%-?\s*trans\s+\w+\s*%}""")
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(", re.IGNORECASE)


def templates() -> dict[str, str]:
    """Every template of ours by its name."""
    return {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}


def test_every_route_has_a_gate(shared_app: Flask) -> None:
    routes = {rule.endpoint for rule in shared_app.url_map.iter_rules()}
    assert len(routes) > 30
    assert {endpoint for endpoint in routes if gate_of(endpoint) is None} == set()


def test_every_gate_of_a_library_route_is_of_a_route_that_exists(shared_app: Flask) -> None:
    routes = {rule.endpoint for rule in shared_app.url_map.iter_rules()}
    assert set(LIBRARY_GATES) - routes <= {"security.static"}, "a gate that guards nothing is a mistyped one"


def test_a_template_is_named_after_its_endpoint(shared_app: Flask) -> None:
    all_templates = templates()
    frames = {name for text in all_templates.values() for name in EXTENDED.findall(text)}
    pages = [name for name in all_templates if "/" in name and name.split("/")[0] not in NOT_OF_A_FACE]
    endpoints = {rule.endpoint for rule in shared_app.url_map.iter_rules()}
    strays = [
        name for name in pages if name not in frames and name.removesuffix(".html").replace("/", ".") not in endpoints
    ]
    assert strays == []


def test_a_view_renders_the_template_of_its_own_face() -> None:
    strays = []
    for path in sorted((ROOT / "marketplace/web").rglob("views.py")):
        face = path.parent.name
        for call in calls(path):
            named = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
            strays += [
                f"{place(path, call)} {name}"
                for name in named
                if isinstance(name, str) and name.endswith(".html") and name.split("/")[0] != face
            ]
    assert strays == []


def test_every_template_that_is_named_exists_and_every_template_is_named() -> None:
    all_templates = templates()
    named = {name for text in all_templates.values() for name in EXTENDED.findall(text)}
    for path in product_modules():
        named |= set(re.findall(r"""["']([a-z_]+/[a-z_/]+\.html)["']""", path.read_text("utf-8")))
    library = {name for name in named if name.startswith(("admin/", "security/"))}
    assert named - library - set(all_templates) == set()
    # Templates in the folders of libraries replace theirs of the same name.
    assert {name for name in set(all_templates) - named if not name.startswith(("admin/", "security/"))} == set()


def test_no_template_trusts_text_as_html() -> None:
    trusting = [f"{name}: {found}" for name, text in templates().items() for found in UNESCAPED.findall(text)]
    assert trusting == []


def test_a_template_translates_only_texts_of_its_own() -> None:
    # What is translated counts as HTML, so the text of a person must never go through it.
    foreign = [f"{name}: {found}" for name, text in templates().items() for found in TRANSLATED.findall(text)]
    assert foreign == []


def test_code_trusts_only_its_own_literals_as_html() -> None:
    trusting = [
        f"{place(path, call)} {ast.unparse(call)[:60]}"
        for path in product_modules()
        if relative(path) not in MAY_TRUST
        for call in calls(path)
        if ast.unparse(call.func) in ("Markup", "markupsafe.Markup")
        and not all(isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert trusting == []


def test_no_view_catches_everything() -> None:
    wide = [
        f"{relative(path)}:{number}"
        for path in product_modules()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"except\s*(Exception|BaseException)?\s*:", line) and "# " not in line
    ]
    # The embedded server gives its share back whatever interrupts its start.
    assert [at for at in wide if not at.startswith("marketplace/core/embedded")] == []
