"""Everything can be reached, seen and done with the keyboard alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.windows import Windows
from tests.people import PASSWORD, People

MOST_STEPS = 60
FOCUS = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const marked = (pseudo) => {
    const style = getComputedStyle(element, pseudo);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const {width, height, top, right, bottom, left} = element.getBoundingClientRect();
  return {
    what: element.outerHTML.slice(0, 120),
    id: element.id,
    text: element.innerText || "",
    // A link that covers its card draws the mark around the card.
    marked: marked(null) || marked("::after"),
    seen: width * height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
  };
}
"""


def tab_to(page: Page, *, id: str = "", text: str = "") -> dict[str, Any]:
    """Presses Tab until the element with this id or text has the focus; every step on the way must show where it is."""
    seen: list[str] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus is not None, seen
        assert focus["marked"], focus
        assert focus["seen"], focus
        seen.append(focus["what"])
        if (id and focus["id"] == id) or (text and text in focus["text"]):
            return dict(focus)
    raise AssertionError(f"{id or text} was not reached: {seen}")


def test_the_first_stop_leads_past_the_top_bar(windows: Windows) -> None:
    page = windows.open()
    page.goto("/board")
    tab_to(page, text="Skip to the content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_somebody_signs_in_and_takes_an_order_without_a_mouse(windows: Windows, people: People) -> None:
    performer, order = people.performer(), people.order(title="Only by keys")
    page = windows.open()
    page.goto(f"/login?next=/orders/{order.id}")
    # The page puts the focus into its first field by itself.
    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.type(performer.email)
    tab_to(page, id="password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Only by keys")
    tab_to(page, text="Take the order")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Take this order?")
    assert "Take the order" in tab_to(page, text="Take the order")["text"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").locator(".status").first).to_have_text("In progress")


def test_every_stop_of_a_busy_page_shows_where_it_is(windows: Windows, people: People) -> None:
    people.order(title="The last stop")
    page = windows.open(people.performer().id)
    page.goto("/board")
    tab_to(page, text="The last stop")
    narrow = windows.open(people.performer().id, narrow=True)
    narrow.goto("/performer")
    tab_to(narrow, text="Find an order")


def test_menus_open_with_enter_and_close_with_escape(windows: Windows, people: People) -> None:
    page = windows.open(people.customer(name="Vera").id)
    page.goto("/")
    for menu, inside in (("Language and theme", "Русский"), ("Vera", "Profile")):
        summary = page.locator("summary").filter(has_text=menu).or_(page.locator(f"summary[aria-label='{menu}']"))
        option = page.get_by_role("banner").get_by_text(inside)
        expect(option).to_be_hidden()
        summary.focus()
        page.keyboard.press("Enter")
        expect(option).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.menu-panel') !== null")
        page.keyboard.press("Escape")
        expect(option).to_be_hidden()
        expect(summary).to_be_focused()
