"""Products, offers, talk and files for the crawls, with texts hard to fit."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from marketplace.accounts.models import Account
from marketplace.catalog import services as catalog
from marketplace.catalog.models import CatalogLoad
from marketplace.catalog.states import LoadStatus
from marketplace.core import files, pictures
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.models import Order, SavedFilter
from marketplace.orders.services import LineInput, OfferInput, talking
from marketplace.threads.services import StoredFile
from tests.people import People


class Shelves(NamedTuple):
    """Ids of what there is besides orders."""

    product: int
    product_gone: int
    quoted: int
    offer: int
    comment: int
    file: int
    load: int


def fill(
    people: People, customer: Account, performer: Account, manager: Account, taken: Order, *, word: str, prose: str
) -> Shelves:
    """Everything once: a product with a picture and one off sale, an order with lines and offers, talk with a file."""
    media = Path(people.app.config["MEDIA_PATH"])
    plain = {"description": prose, "unit": "pack", "category_id": None, "source_url": None, "by": manager}
    sold = catalog.create_product(name=f"{word} 5000", price=Decimal("98765432.10"), **plain)  # type: ignore[arg-type]
    gone = catalog.create_product(name="A stool", price=Decimal(40), **plain)  # type: ignore[arg-type]
    catalog.hide_product(gone.id, by=manager)
    drawing = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(drawing, "PNG")
    picture = pictures.read_picture(drawing.getvalue())
    pictures.store(media / "pictures", picture)
    catalog.add_pictures(sold.id, [picture], by=manager)
    lines = [LineInput(2, product_id=sold.id), LineInput(3, name=word, unit_price=Decimal("1234567.89"))]
    quoted = people.quoting(customer, title=f"Offers for {word}"[:120], lines=lines)
    offers = [
        orders.send_offer(quoted.id, OfferInput(price=Decimal(price), days=days, message=prose), by=by)
        for by, price, days in ((performer, "91234567.80", 900), (people.performer(), "1200", 3))
    ]
    said = talking.comment_on_order(taken.id, text=prose, by=customer)
    name = files.random_name()
    files.write(media / "attachments", name, prose.encode())
    stored = StoredFile(f"{word}.txt", name, "text/plain", len(prose.encode()))
    (file,) = talking.attach_to_order(taken.id, [stored], by=customer)
    run = CatalogLoad(
        source=f"https://example.com/{word}",
        account_id=manager.id,
        status=LoadStatus.DONE,
        total=3,
        done=3,
        added=1,
        skipped=[{"what": word, "kind": "item", "message": "It has no price.", "values": {}}],
    )
    db.session.add_all([run, SavedFilter(account_id=manager.id, name=word[:60], query="status=new")])
    db.session.commit()
    return Shelves(sold.id, gone.id, quoted.id, offers[0].id, said.id, file.id, run.id)
