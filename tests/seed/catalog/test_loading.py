"""What becomes of the items of a source: products, each whole, none twice, and a reason for each that became none."""

from __future__ import annotations

import socket
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.catalog.models import Product, ProductPicture, ProductPrice
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.fetch import Fetcher
from seed.catalog.items import Item
from seed.catalog.loading import PICTURE, Report, source_keys
from seed.catalog.pictures import PATIENCE, PictureReader
from seed.catalog.sources import Opened
from tests.catalog.shelf import drawing
from tests.core.serving import always, serving
from tests.people import People
from tests.seed.catalog.conftest import Load

DESK = {"name": "Desk", "price": "1 299,90 руб.", "description": "<p>Oak</p>", "sku": "D-1", "unit": "pcs"}


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.same, report.skipped


def products() -> list[Product]:
    return list(db.session.scalars(select(Product).order_by(Product.id)))


def only() -> Product:
    found = products()
    assert len(found) == 1
    return found[0]


def prices_kept() -> list[Decimal]:
    return list(db.session.scalars(select(ProductPrice.price).order_by(ProductPrice.id)))


def test_an_item_becomes_a_product(loads: Load) -> None:
    assert counts(loads([dict(DESK, url="/desk?utm_source=x")])) == (1, 0, 0, 0)
    product = only()
    assert (product.name, product.description, product.price, product.unit) == (
        "Desk",
        "Oak",
        Decimal("1299.90"),
        "pcs",
    )
    assert product.source_url == "https://shop.example/desk?utm_source=x"
    assert product.source_key is not None and len(product.source_key) == 64


def test_loading_twice_adds_nothing_and_changes_nothing(loads: Load) -> None:
    goods = [dict(DESK, name=f"Desk {n}", sku=f"D-{n}", price=n + 1) for n in range(40)]
    assert counts(loads(goods)) == (40, 0, 0, 0)
    before = [(product.id, product.name, product.price, product.source_key) for product in products()]
    assert counts(loads(goods)) == (0, 0, 40, 0)
    assert [(product.id, product.name, product.price, product.source_key) for product in products()] == before
    assert len(prices_kept()) == 40


def test_another_price_is_taken_over_and_the_old_one_stays_on_record(loads: Load) -> None:
    loads([DESK])
    assert counts(loads([dict(DESK, price=999)])) == (0, 1, 0, 0)
    assert only().price == Decimal("999.00")
    assert prices_kept() == [Decimal("1299.90"), Decimal("999.00")]


def test_order_limit_and_other_items_do_not_change_who_is_who(loads: Load) -> None:
    goods = [{"name": f"Desk {n}", "price": 5, "url": f"/desk/{n}?utm_campaign={n}"} for n in range(6)]
    loads(goods)
    changed = [
        dict(one, url=f"{str(one['url']).split('?', maxsplit=1)[0]}?utm_campaign=spring#top") for one in goods[::-1]
    ]
    assert counts(loads([{"name": "New", "price": 1, "url": "/new"}, *changed], limit=4)) == (1, 3, 0, 0)
    assert len(products()) == 7


def test_items_are_told_apart_by_what_is_really_theirs() -> None:
    opened = Opened(b"", "shop.example", url="https://shop.example/list")

    def keys(*items: Item) -> list[str]:
        return source_keys(items, opened)

    page = "https://shop.example/list"
    assert len(set(keys(Item("A", link=page), Item("B", link=page)))) == 2
    assert len(set(keys(Item("A", key="same"), Item("B", key="same")))) == 2
    assert len(set(keys(Item("A", key="1", link=page), Item("A", key="1", link=page)))) == 1
    # What others stand beside it does not matter.
    one = Item("A", key="1", link="https://shop.example/a")
    assert keys(one)[0] == keys(one, Item("B", key="2", link="https://shop.example/b"))[0]
    assert keys(one)[0] != source_keys([one], Opened(b"", "other.example"))[0]


BROKEN: list[tuple[Any, str]] = [
    ({"name": "", "price": 5}, "It has no name."),
    ({"name": " \u200b ", "price": 5}, "It has no name."),
    ({"name": "…", "price": 5}, "It has no name."),
    ({"name": "A"}, "It has no price."),
    ({"name": "A", "price": "по запросу"}, "Its price is no number: по запросу."),
    ({"name": "A", "price": -5}, "Its price is no number: -5."),
    ({"name": "A", "price": "99999999999"}, "Its price is too large: 99999999999."),
    ("just words", "It is no item: it has no fields."),
    (DESK, "The source has it twice: the first one counts."),
]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_broken_item_is_skipped_with_its_reason_and_the_others_are_not(loads: Load, broken: Any, reason: str) -> None:
    report = loads([DESK, broken, dict(DESK, name="Chair", sku="C-1")])
    assert counts(report) == (2, 0, 0, 1)
    assert [str(one) for one in report.reasons] == [reason]
    assert [product.name for product in products()] == ["Desk", "Chair"]


def test_an_item_that_cannot_be_saved_leaves_nothing_of_itself(loads: Load, people: People) -> None:
    """The category has gone: every item fails after its pictures were read, and none is half there."""
    with serving(always(drawing())) as server:
        fetcher = Fetcher(permits=lambda _: True, ports=None)
        report = loads([dict(DESK, image=server.url("/a.png"))], category_id=10**9, fetcher=fetcher)
    assert counts(report) == (0, 0, 0, 1)
    assert products() == []
    assert db.session.scalar(select(func.count()).select_from(ProductPicture)) == 0
    assert prices_kept() == []


def test_only_those_who_keep_the_catalogue_load(loads: Load, people: People) -> None:
    assert loads([DESK], by=people.customer()).reasons[0].message == "Only managers keep the catalogue."
    assert products() == []
    assert counts(loads([DESK], by=people.manager())) == (1, 0, 0, 0)


def test_invented_prices_stay_the_same_for_the_same_item(loads: Load) -> None:
    news = [{"title": f"Story {n}", "url": f"/{n}"} for n in range(30)]
    assert counts(loads(news)) == (0, 0, 0, 30)
    assert counts(loads(news, random_price=(100, 5000), seed=7)) == (30, 0, 0, 0)
    first = [product.price for product in products()]
    assert all(100 <= price <= 5000 for price in first) and len(set(first)) > 20
    assert counts(loads(news[::-1], random_price=(100, 5000), seed=7)) == (0, 0, 30, 0)
    assert loads(news, random_price=(100, 5000), seed=8).updated > 20


def test_an_own_price_counts_more_than_an_invented_one(loads: Load) -> None:
    loads([DESK, {"name": "B", "price": "по запросу"}], random_price=(1, 1))
    assert [product.price for product in products()] == [Decimal("1299.90"), Decimal("1.00")]


def test_long_texts_are_cut(loads: Load) -> None:
    loads([dict(DESK, name="слово " * 200, description="слово " * 9000, unit="штука " * 20)])
    product = only()
    assert len(product.name) <= 200 and product.name.endswith("…")
    assert 9000 < len(product.description) <= 10_000
    assert len(product.unit) <= 20


def test_pictures_come_along_and_are_read_once(loads: Load) -> None:
    with serving(always(drawing())) as server:
        fetcher = Fetcher(permits=lambda _: True, ports=None)
        goods = [dict(DESK, name=f"Desk {n}", sku=f"D-{n}", image=server.url("/same.png")) for n in range(5)]
        assert counts(loads(goods, fetcher=fetcher)) == (5, 0, 0, 0)
        assert server.hits == ["/same.png"]
        assert [len(product.pictures) for product in products()] == [1] * 5
        loads(goods, fetcher=fetcher)
        assert server.hits == ["/same.png"], "a product that has its pictures needs them no more"


@pytest.mark.parametrize("content", [b"not a picture", b"<svg/>", b"", drawing()[:20]])
def test_a_picture_that_cannot_be_read_leaves_its_item_in(loads: Load, content: bytes) -> None:
    with serving(always(content)) as server:
        fetcher = Fetcher(permits=lambda _: True, ports=None)
        report = loads([dict(DESK, images=[server.url("/a.png")])], fetcher=fetcher)
    assert counts(report) == (1, 0, 0, 0)
    assert [reason.kind for reason in report.reasons] == [PICTURE]
    assert only().pictures == []


def test_pictures_are_fetched_under_the_same_guard(loads: Load) -> None:
    with serving(always(drawing())) as server:
        report = loads([dict(DESK, image=server.url("/a.png"))], fetcher=Fetcher(ports=None))
        assert server.connections == 0
    assert "not an address of the public network" in str(report.reasons[0])


def test_a_server_that_does_not_answer_is_not_asked_for_every_picture(loads: Load) -> None:
    release = threading.Event()
    goods = [dict(DESK, name=f"Desk {n}", sku=f"D-{n}") for n in range(8)]

    def silent(sock: socket.socket, path: str) -> None:
        release.wait(10)

    with serving(silent) as server:
        for n, one in enumerate(goods):
            one["image"] = server.url(f"/{n}.png")
        report = loads(goods, fetcher=Fetcher(permits=lambda _: True, ports=None, seconds=0.3))
        release.set()
    assert counts(report) == (8, 0, 0, 0)
    assert server.connections == PATIENCE
    assert len(report.reasons) == 8


def beside(folder: Path, reference: str) -> bool:
    try:
        PictureReader(Fetcher(resolver=lambda *_: []), folder).read(reference)
    except DomainError:
        return False
    return True


def test_a_file_has_pictures_beside_it_and_nowhere_else(tmp_path: Path) -> None:
    folder, outside = tmp_path / "saved", tmp_path / "outside"
    (folder / "page_files").mkdir(parents=True)
    outside.mkdir()
    (folder / "page_files" / "a b.png").write_bytes(drawing())
    (outside / "secret.png").write_bytes(drawing())
    (folder / "link.png").symlink_to(outside / "secret.png")
    (folder / "all").symlink_to(outside)
    assert beside(folder, "page_files/a%20b.png?v=1#x") and beside(folder, "./page_files/../page_files/a b.png")
    forms = [
        "../outside/secret.png",
        "..%2foutside%2fsecret.png",
        str(outside / "secret.png"),
        "link.png",
        "all/secret.png",
    ]
    forms += [f"file://{outside}/secret.png", "//outside/secret.png", "page_files", "", "a\0b", "no.png", "/etc/passwd"]
    assert [form for form in forms if beside(folder, form)] == []


def test_without_a_folder_no_file_is_read(loads: Load, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(drawing())
    report = loads([dict(DESK, image=str(tmp_path / "a.png"))], url="")
    assert only().pictures == []
    assert "no such picture beside the file" in str(report.reasons[0])
