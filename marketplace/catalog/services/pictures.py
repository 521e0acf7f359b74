"""Pictures of products: added, put in order, removed. The files are stored by the caller, who knows where."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.accounts.models import Account
from marketplace.catalog.errors import NoSuchPicture, TooManyPictures
from marketplace.catalog.models import MAX_PICTURES, Product, ProductPicture
from marketplace.catalog.services.products import locked_for_keeper
from marketplace.core.db import db
from marketplace.core.pictures import Picture


def add_pictures(product_id: int, pictures: Sequence[Picture], *, by: Account) -> int:
    """Adds those that the product does not have yet, behind the others; how many that were.

    Raises TooManyPictures, and adds none, when there is no room for all of them.
    """
    product = locked_for_keeper(product_id, by)
    present = {picture.digest for picture in product.pictures}
    if len(present | {picture.digest for picture in pictures}) > MAX_PICTURES:
        raise TooManyPictures(limit=MAX_PICTURES, field="pictures")
    added = append_pictures(product, pictures)
    db.session.flush()
    return added


def move_picture(product_id: int, picture_id: int, *, up: bool, by: Account) -> Product:
    """One place nearer to the first, or farther from it; the first and the last stay where they are."""
    product = locked_for_keeper(product_id, by)
    place = product.pictures.index(_picture(product, picture_id))
    other = place - 1 if up else place + 1
    if 0 <= other < len(product.pictures):
        product.pictures.insert(other, product.pictures.pop(place))
        _number(product)
        db.session.flush()
    return product


def remove_picture(product_id: int, picture_id: int, *, by: Account) -> Product:
    """The product has the picture no more; the file stays, others may show it."""
    product = locked_for_keeper(product_id, by)
    product.pictures.remove(_picture(product, picture_id))
    _number(product)
    db.session.flush()
    return product


def append_pictures(product: Product, pictures: Sequence[Picture]) -> int:
    """Adds the pictures that the locked product lacks, until it has as many as there may be; how many that were."""
    present = {picture.digest for picture in product.pictures}
    added = 0
    for picture in pictures:
        if picture.digest in present or len(product.pictures) >= MAX_PICTURES:
            continue
        present.add(picture.digest)
        row = ProductPicture(
            digest=picture.digest, media_type=picture.media_type, width=picture.width, height=picture.height
        )
        product.pictures.append(row)
        added += 1
    _number(product)
    return added


def _number(product: Product) -> None:
    for position, picture in enumerate(product.pictures, start=1):
        picture.position = position


def _picture(product: Product, picture_id: int) -> ProductPicture:
    found = next((picture for picture in product.pictures if picture.id == picture_id), None)
    if found is None:
        raise NoSuchPicture
    return found
