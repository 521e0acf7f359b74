"""Pages that say themselves what is on them: JSON-LD and microdata in the words of schema.org, and Open Graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

from marketplace.catalog.errors import SourceRefused
from seed.catalog.items import Item, resolved
from seed.catalog.shape import load_json, words

GOODS = {"Product", "IndividualProduct", "ProductModel", "ProductGroup", "SomeProducts", "Vehicle", "Car", "Service"}
NEWS = {"Article", "NewsArticle", "BlogPosting", "Report", "TechArticle", "LiveBlogPosting"}
OTHERS_GOODS = {"isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "review", "itemReviewed", "hasVariant"}
KEYS = ("sku", "productID", "mpn", "gtin13", "gtin", "gtin12", "gtin8", "identifier")
TEXTS = ("description", "articleBody", "abstract")
MOST_NODES = 200_000


def json_ld_items(soup: BeautifulSoup, base: str) -> list[Item]:
    """What the page's JSON-LD says is on it; damaged pieces of it say nothing."""
    nodes: list[dict[str, Any]] = []
    for script in soup.find_all("script", type="application/ld+json"):
        text = script.get_text().strip().removeprefix("<!--").removesuffix("-->").strip()
        try:
            nodes += _nodes(load_json(text))
        except SourceRefused:
            continue
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    items = [_item(node, by_id, base) for node in nodes if _types(node) & (GOODS | NEWS)]
    return items or [_listed(node, base) for node in nodes if "ListItem" in _types(node) and words(node.get("name"))]


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in the value, in order, but for the goods that only stand beside others."""
    waiting, count = [value], 0
    while waiting and count < MOST_NODES:
        count += 1
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting += [inner for key, inner in reversed(here.items()) if key not in OTHERS_GOODS]
        elif isinstance(here, list):
            waiting += reversed(here)


def _types(node: dict[str, Any]) -> set[str]:
    said = node.get("@type")
    names = said if isinstance(said, list) else [said]
    return {name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)}


def _item(node: dict[str, Any], by_id: dict[str, dict[str, Any]], base: str) -> Item:
    address = node.get("url") or node.get("mainEntityOfPage")
    if isinstance(address, dict):
        address = address.get("@id") or address.get("url")
    return Item(
        name=words(node.get("name")) or words(node.get("headline")),
        price=_price(node, by_id),
        exact=True,
        description=next((words(node[key]) for key in TEXTS if words(node.get(key))), ""),
        pictures=[resolved(base, picture) for picture in _pictures(node.get("image"))],
        link=resolved(base, words(address)),
        key=next((words(node[key]) for key in KEYS if words(node.get(key))), ""),
    )


def _listed(node: dict[str, Any], base: str) -> Item:
    inner = node.get("item")
    address = node.get("url") or (inner.get("@id") or inner.get("url") if isinstance(inner, dict) else inner)
    pictures = [resolved(base, picture) for picture in _pictures(node.get("image"))]
    return Item(name=words(node["name"]), link=resolved(base, words(address)), pictures=pictures, exact=True)


def _price(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> str:
    """The price and currency of the first offer that has one, of variants too."""
    waiting: list[Any] = [node]
    for _ in range(100):
        if not waiting:
            break
        here = waiting.pop(0)
        if isinstance(here, list):
            waiting = here[:50] + waiting
        elif isinstance(here, dict):
            here = by_id.get(str(here.get("@id")), here)
            for key in ("price", "lowPrice"):
                if words(here.get(key)):
                    return f"{words(here[key])} {words(here.get('priceCurrency'))}".strip()
            waiting += [here[key] for key in ("offers", "priceSpecification", "hasVariant") if key in here]
    return ""


def _pictures(value: Any) -> Iterator[str]:
    waiting = [value]
    for _ in range(50):
        if not waiting:
            break
        here = waiting.pop(0)
        if isinstance(here, str):
            yield here
        elif isinstance(here, list):
            waiting = here[:50] + waiting
        elif isinstance(here, dict):
            waiting.insert(0, here.get("contentUrl") or here.get("url") or here.get("@id"))


def microdata_items(soup: BeautifulSoup, base: str) -> list[Item]:
    """What attributes of the markup say is on the page."""
    return [_marked(scope, base) for scope in soup.find_all(itemscope=True, itemtype=True) if _kind(scope)]


def _kind(scope: Tag) -> bool:
    return str(scope["itemtype"]).rpartition("/")[2] in GOODS | NEWS


def _marked(scope: Tag, base: str) -> Item:
    """The properties that belong to this thing or to its offer, not to other things inside it."""
    found: dict[str, list[str]] = {}
    for element in scope.find_all(itemprop=True, limit=500):
        owner = element.find_parent(itemscope=True)
        is_own = owner is scope or (owner is not None and "Offer" in str(owner.get("itemtype", "")))
        if is_own and not (element.has_attr("itemscope") and element.has_attr("itemtype")):
            for name in str(element["itemprop"]).split():
                found.setdefault(name, []).append(_value(element))

    def first(*names: str) -> str:
        return next((value for name in names for value in found.get(name, []) if value), "")

    price = first("price", "lowPrice")
    return Item(
        name=first("name", "headline"),
        price=f"{price} {first('priceCurrency')}".strip() if price else "",
        # Attributes hold what machines wrote, texts what people read.
        exact=price.replace(".", "", 1).isdigit(),
        description=first(*TEXTS),
        pictures=[resolved(base, picture) for picture in found.get("image", [])],
        link=resolved(base, first("url", "mainEntityOfPage")),
        key=first(*KEYS),
    )


def _value(element: Tag) -> str:
    """What an element with a property says, as the standard of microdata has it."""
    for name in ("content", "src", "data-src", "href", "datetime", "value"):
        if name != "value" or element.name in ("data", "meter"):
            said = element.get(name)
            if isinstance(said, str) and said.strip():
                return said.strip()
    return element.get_text(" ", strip=True)


def open_graph_items(soup: BeautifulSoup, base: str) -> list[Item]:
    """The one thing that the page is about, as it introduces itself to social networks."""
    said: dict[str, list[str]] = {}
    for meta in soup.find_all("meta", content=True, limit=300):
        name = str(meta.get("property") or meta.get("name") or "").lower()
        said.setdefault(name, []).append(str(meta["content"]).strip())

    def first(*names: str) -> str:
        return next((said[name][0] for name in names if said.get(name)), "")

    price = first("product:price:amount", "og:price:amount", "product:sale_price:amount")
    kind = first("og:type").lower()
    if not price and "product" not in kind and kind != "article":
        return []
    pictures = said.get("og:image", []) + said.get("og:image:secure_url", [])
    return [
        Item(
            name=first("og:title"),
            price=f"{price} {first('product:price:currency', 'og:price:currency')}".strip(),
            exact=True,
            description=first("og:description", "description"),
            pictures=[resolved(base, picture) for picture in pictures],
            link=resolved(base, first("og:url")),
            key=first("product:retailer_item_id"),
        )
    ]
