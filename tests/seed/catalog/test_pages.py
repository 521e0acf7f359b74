"""Pages: what they say of themselves, what they look like, and where a person says that the fields stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.catalog.errors import BadSelector, NothingFound, UnknownFormat
from seed.catalog.html import read_page
from seed.catalog.items import Item
from seed.catalog.prices import read_price
from seed.catalog.reading import Source, detect, read
from seed.catalog.selecting import FIELDS, ITEM, read_pairs

URL = "https://shop.example/catalog/page?p=2"


def ld(value: Any) -> str:
    return f'<html><script type="application/ld+json">{json.dumps(value)}</script></html>'


def only(items: list[Item]) -> Item:
    assert len(items) == 1
    return items[0]


PRODUCT = {
    "@context": "https://schema.org",
    "@type": "Product",
    "name": "Desk",
    "description": "Oak",
    "sku": "D-1",
    "url": "/desk",
    "image": ["/1.png", {"@type": "ImageObject", "url": "2.png"}],
    "offers": {"@type": "Offer", "price": "1299.90", "priceCurrency": "RUB"},
}


def test_a_product_in_json_ld_has_its_parts() -> None:
    item = only(read_page(ld(PRODUCT), URL))
    assert (item.name, item.description, item.key, item.price) == ("Desk", "Oak", "D-1", "1299.90 RUB")
    assert item.link == "https://shop.example/desk"
    assert item.pictures == ["https://shop.example/1.png", "https://shop.example/catalog/2.png"]


@pytest.mark.parametrize(
    "value",
    [
        {"@graph": [{"@type": "Organization", "name": "Shop"}, PRODUCT]},
        [PRODUCT],
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": PRODUCT}]},
        {"@type": "WebPage", "mainEntity": PRODUCT},
        {**PRODUCT, "@type": ["Product", "Thing"]},
        {**PRODUCT, "@type": "https://schema.org/Product"},
        {**PRODUCT, "offers": {"@type": "AggregateOffer", "lowPrice": 1299.9, "priceCurrency": "RUB"}},
        {**PRODUCT, "offers": [{"@type": "Offer", "priceSpecification": {"price": "1299.90", "priceCurrency": "RUB"}}]},
        {"@graph": [{**PRODUCT, "offers": {"@id": "#o"}}, {"@id": "#o", "price": "1299.90", "priceCurrency": "RUB"}]},
        {**PRODUCT, "@type": "ProductGroup", "offers": None, "hasVariant": [PRODUCT, PRODUCT]},
        {**PRODUCT, "isRelatedTo": {"@type": "Product", "name": "Chair", "offers": {"price": 5}}},
    ],
)
def test_json_ld_has_many_shapes(value: Any) -> None:
    item = only(read_page(ld(value), URL))
    price = read_price(item.price, exact=item.exact)
    assert item.name == "Desk"
    assert price is not None and str(price.amount) == "1299.90"


def test_damaged_json_ld_says_nothing_and_hurts_nobody() -> None:
    broken = '<script type="application/ld+json">{"@type": "Product", </script>'
    assert only(read_page(broken + ld(PRODUCT), URL)).name == "Desk"
    assert only(read_page(ld(PRODUCT).replace(">{", "><!-- {").replace("}<", "} --><"), URL)).name == "Desk"


def test_microdata_is_read_without_what_belongs_to_others() -> None:
    page = """<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Стол</h1>
      <img itemprop="image" src="/s.png"><p itemprop="description">Дуб</p><meta itemprop="sku" content="S-1">
      <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
        <span itemprop="price" content="5000.50">5 000,50</span><meta itemprop="priceCurrency" content="BYN"></div>
      <div itemprop="review" itemscope itemtype="https://schema.org/Review"><b itemprop="name">Отзыв</b></div></div>"""
    item = only(read_page(page, URL))
    assert (item.name, item.price, item.key) == ("Стол", "5000.50 BYN", "S-1")
    assert item.pictures == ["https://shop.example/s.png"]


def test_open_graph_introduces_one_product() -> None:
    page = """<head><meta property="og:type" content="product"><meta property="og:title" content="Lamp">
      <meta property="og:image" content="/l.png"><meta property="product:price:amount" content="59.90">
      <meta property="product:price:currency" content="EUR"><meta property="og:url" content="https://s.example/l"></head>"""
    item = only(read_page(page, URL))
    assert (item.name, item.price, item.link) == ("Lamp", "59.90 EUR", "https://s.example/l")


def shop(card: str, count: int = 12, around: str = "{}") -> str:
    menu = "".join(f'<li><a href="/c{n}">Category number {n}</a></li>' for n in range(30))
    cards = around.format("".join(card.format(n=n, price=f"{n + 1} 250") for n in range(count)))
    return f"<body><nav><ul>{menu}</ul></nav><ul>{menu}</ul>{cards}<footer><p>1 000 ₽</p></footer></body>"


CARDS = {
    "classes": """<div class="card"><a href="/p{n}"><img src="/{n}.png"></a>
        <a class="card-title" href="/p{n}">Desk {n}</a><div class="old-price">99 999 ₽</div>
        <div class="price">{price} ₽</div><div class="desc">Oak {n}</div></div>""",
    "list": """<li><h3><a href="/p{n}">Desk {n}</a></h3><img data-src="/{n}.png" src="data:image/gif;base64,R0">
        <p>Oak {n}</p><del>99 999 руб.</del> <b>{price} руб.</b></li>""",
    "link": """<a class="x" href="/p{n}"><img srcset="/s.png 1x, /{n}.png 2x"><h2>Desk {n}</h2><p>Oak {n}</p>
        <span>{price} р.</span></a>""",
    "article": """<article data-id="{n}"><div style="background-image: url(/{n}.png)"></div><header></header>
        <h4>Desk {n}</h4><p>Oak {n}</p><a href="/p{n}">More</a><span class="cost" data-price="{price}">soon</span>
        </article>""",
    "own element": """<x-card><img src="/{n}.png"><strong>Desk {n}</strong><p>Oak {n}</p><a href="/p{n}">→</a>
        <i>{price} BYN</i></x-card>""",
    "cell": """<td><a href="/p{n}"><img src="/{n}.png"></a><br><a href="/p{n}">Desk {n}</a><p>Oak {n}</p>
        {price} руб.</td>""",
}


@pytest.mark.parametrize("kind", CARDS)
def test_cards_that_repeat_are_found_without_any_hint(kind: str) -> None:
    around = "<table><tr>{}</tr></table>" if kind == "cell" else "<div>{}</div>"
    items = read_page(shop(CARDS[kind], around=around), URL)
    assert [item.name for item in items] == [f"Desk {n}" for n in range(12)]
    prices = [read_price(item.price) for item in items]
    assert [price and int(price.amount) for price in prices] == [(n + 1) * 1000 + 250 for n in range(12)]
    assert [item.pictures[-1] for item in items] == [f"https://shop.example/{n}.png" for n in range(12)]
    assert [item.link for item in items] == [f"https://shop.example/p{n}" for n in range(12)]
    assert all("Oak" in item.description for item in items)


def test_rows_of_cards_are_one_group() -> None:
    row = '<div class="row">' + CARDS["classes"] * 3 + "</div>"
    assert len(read_page(shop(row, count=5), URL)) == 15


def test_news_have_no_prices_and_are_found_all_the_same() -> None:
    card = (
        '<div class="story"><h2><a href="/news/{n}">Something happened in town {n}</a></h2><p>At length {n}.</p></div>'
    )
    items = read_page(shop(card), URL)
    assert len(items) == 12
    assert items[0].price == "" and items[0].link == "https://shop.example/news/0"


@pytest.mark.parametrize("head", [True, False])
def test_a_price_list_is_a_table(head: bool) -> None:
    heads = "<tr><th>Код</th><th>Наименование</th><th>Ед.</th><th>Цена</th><th>Описание</th></tr>" if head else ""
    rows = "".join(
        f"<tr><td>{n:03}</td><td>Болт М{n} <a href='/b{n}'>?</a></td><td>шт.</td><td>{n},50</td><td>Сталь {n}</td></tr>"
        for n in range(1, 9)
    )
    rows = "<tr><td colspan=5>Крепёж</td></tr>" + rows
    items = read_page(f"<table><tr><td>Меню</td><td>2026</td></tr></table><table>{heads}{rows}</table>", URL)
    items = [item for item in items if item.name.startswith("Болт")]
    assert len(items) == 8
    if head:
        assert (items[0].key, items[0].unit, items[0].price) == ("001", "шт.", "1,50")
        assert "Сталь 1" in items[0].description


def test_a_person_may_say_where_the_fields_stand() -> None:
    page = "".join(
        f'<div><div><i data-n="A{n}">Name {n}</i></div><u>{n}0</u><s>no</s><img src="/n.png" data-big="b{n}.png"></div>'
        for n in range(3)
    )
    select = read_pairs(["name=i", "price=u", "image=img@data-big", "key=i@data-n"], (*FIELDS, ITEM))
    items = read_page(f"<body>{page}</body>", URL, select)
    assert [(item.name, item.price, item.key) for item in items] == [(f"Name {n}", f"{n}0", f"A{n}") for n in range(3)]
    assert items[2].pictures == ["https://shop.example/catalog/b2.png"]
    again = read_page(f"<body>{page}</body>", URL, {**select, "item": "body > div"})
    assert [item.name for item in again] == [item.name for item in items]


@pytest.mark.parametrize("pairs", [["name"], ["name="], ["colour=i"], ["=i"]])
def test_a_pair_that_says_nothing_is_refused(pairs: list[str]) -> None:
    with pytest.raises(BadSelector):
        read_pairs(pairs, FIELDS)


@pytest.mark.parametrize("selector", ["i[", ":no-such", "a >> b", "::before"])
def test_a_selector_that_is_none_is_refused(selector: str) -> None:
    with pytest.raises(BadSelector):
        read_page("<i>x</i>", URL, {"name": selector})


def test_a_saved_page_leads_where_it_once_was_and_has_its_pictures_beside_it() -> None:
    saved = shop(CARDS["list"]).replace('"/', '"')
    item = read_page('<head><link rel="canonical" href="https://shop.example/all/"></head>' + saved)[0]
    assert (item.link, item.pictures) == ("https://shop.example/all/p0", ["0.png"])
    based = read_page('<head><base href="https://cdn.example/x/"></head>' + saved)[0]
    assert based.pictures == ["https://cdn.example/x/0.png"]


@pytest.mark.parametrize(
    ("content", "content_type", "kind"),
    [
        (b'\xef\xbb\xbf {"a": 1}', "text/html", "json"),
        (b"[1]", "", "json"),
        (b"<?xml version='1.0'?><!-- hi --><rss/>", "text/html", "rss"),
        (b"<rdf:RDF/>", "", "rss"),
        (b"<!DOCTYPE rss><rss/>", "", "rss"),
        (b"<?xml version='1.0'?><catalog/>", "", "rss"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html/>", "", "html"),
        (b"<!doctype html><p>", "", "html"),
        (b"words <b>and</b> tags", "", "html"),
        (b"words", "text/html; charset=utf-8", "html"),
        (b"5", "application/json", "json"),
    ],
)
def test_the_kind_of_content_is_found_out(content: bytes, content_type: str, kind: str) -> None:
    source = Source(content, content_type)
    assert detect(source, content.decode("utf-8-sig")) == kind


@pytest.mark.parametrize(
    "content", [b"", b"words", b"\x89PNG\r\n", b"%PDF-1.7", b"PK\x03\x04", b"GIF89a", b"a\0b", b"\x1f\x8b"]
)
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(UnknownFormat):
        read(Source(content))


def test_a_page_without_items_says_so() -> None:
    with pytest.raises(NothingFound, match="HTML"):
        read(Source(b"<html><p>Welcome</p></html>"))
