"""Pictures of products: added, put in order, removed.

The files are stored by the caller, who knows where. Products share them: a file is there as long as a row names it.
Whoever adds a row holds the file from before it is stored until the transaction ends (`append_pictures`), and whoever
takes one away asks after the commit whether it was the last one (`forget_picture`):

    digest = services.remove_picture(product_id, picture_id, by=account)
    db.session.commit()
    services.forget_picture(folder, digest)
    db.session.commit()
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import BigInteger, func, select
from sqlalchemy.dialects.postgresql import array

from marketplace.accounts.models import Account
from marketplace.catalog import queries
from marketplace.catalog.errors import NoSuchPicture, TooManyPictures
from marketplace.catalog.models import MAX_PICTURES, Product, ProductPicture
from marketplace.catalog.services.products import locked_for_keeper
from marketplace.core import pictures as store
from marketplace.core.db import db
from marketplace.core.pictures import Picture

FORGETTING = 7_201_121
"""The number of the advisory lock under which files are taken away, one after the other."""


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


def move_picture(product_id: int, picture_id: int, *, steps: int, by: Account) -> Product:
    """So many places farther from the first, or nearer to it when below zero; nothing goes beyond the ends."""
    product = locked_for_keeper(product_id, by)
    place = product.pictures.index(picture_of(product, picture_id))
    other = min(max(place + steps, 0), len(product.pictures) - 1)
    if other != place:
        product.pictures.insert(other, product.pictures.pop(place))
        _number(product)
        db.session.flush()
    return product


def remove_picture(product_id: int, picture_id: int, *, by: Account) -> str:
    """The product has the picture no more; others may show it.

    Returns the digest that the door hands to `forget_picture` once it has committed.
    """
    product = locked_for_keeper(product_id, by)
    picture = picture_of(product, picture_id)
    product.pictures.remove(picture)
    _number(product)
    db.session.flush()
    return picture.digest


def forget_picture(folder: Path, digest: str) -> bool:
    """Takes the file from the disk when no row names it any more, and none is about to; True when it is gone.

    In a transaction of its own, which its caller ends at once. A file that somebody is adding just now is left alone:
    they name it, or call this themselves.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(FORGETTING)))
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(_lock_of(digest)))):
        return False
    if queries.find_picture(digest) is not None:
        return False
    store.forget(folder, digest)
    return True


def append_pictures(product: Product, pictures: Sequence[Picture]) -> int:
    """Adds the pictures that the locked product lacks, until it has as many as there may be; how many that were.

    From here on until the transaction ends nobody takes their files away, so they are stored after this.
    """
    hold_files({picture.digest for picture in pictures})
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


def hold_files(digests: Iterable[str]) -> None:
    """Until the transaction ends, nobody takes the files of these pictures away; others may hold them too."""
    numbers = [_lock_of(digest) for digest in digests]
    if numbers:
        each = func.unnest(array(numbers, type_=BigInteger))
        db.session.execute(select(func.pg_advisory_xact_lock_shared(each)))


def picture_of(product: Product, picture_id: int) -> ProductPicture:
    """The picture of this product; raises NoSuchPicture."""
    found = next((picture for picture in product.pictures if picture.id == picture_id), None)
    if found is None:
        raise NoSuchPicture
    return found


def _number(product: Product) -> None:
    for position, picture in enumerate(product.pictures, start=1):
        picture.position = position


def _lock_of(digest: str) -> int:
    """The number of the advisory lock of a file."""
    return int.from_bytes(bytes.fromhex(digest[:16]), signed=True)
