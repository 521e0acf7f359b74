"""Axe-core, the vendored checker of accessibility, run inside a page."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from scripts.vendor import read_manifest

START = """
(rules) => {
  const options = {resultTypes: ["violations"], preload: false, iframes: false};
  if (rules) options.runOnly = {type: "rule", values: rules};
  // Not at once: axe does all its work before it gives the promise back.
  window.axeAnswer = new Promise((resolve) => setTimeout(() => resolve(axe.run(document, options))));
}
"""
COLLECT = """
async (grave) => (await window.axeAnswer).violations
  .filter((rule) => grave.includes(rule.impact))
  .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`))
"""
GRAVE = ["serious", "critical"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer depends on the theme."""


@cache
def source() -> str:
    """The script, of the version that the manifest names."""
    package = next(package for package in read_manifest() if package.name == "axe-core")
    return (package.folder / "axe.min.js").read_text("utf-8")


def bring(page: Page) -> None:
    """Puts the script into every page that this window will show; the pages' own policy would not let it in later."""
    page.context.add_init_script(source())


def start(page: Page, rules: list[str] | None = None) -> None:
    """Begins to look at the page by all rules or by these, and does not wait: another window may load meanwhile."""
    page.evaluate(START, rules)


def collect(page: Page) -> list[str]:
    """What hinders people seriously or keeps them out, as the page looked at `start`."""
    return [" ".join(str(found).split()) for found in page.evaluate(COLLECT, GRAVE)]


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """`start` and `collect` at once."""
    start(page, rules)
    return collect(page)
