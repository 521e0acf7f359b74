"""Pictures of products, by program: what they are, new ones, their order, and their end."""

from __future__ import annotations

from flask import url_for

from marketplace.accounts.models import Account
from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.protocol.outcomes import after_commit, until_commit
from marketplace.api.protocol.parts import Parts, read_files
from marketplace.api.protocol.renaming import renamed
from marketplace.api.schemas.pictures import PictureOut, PicturePatch, PicturesAdded
from marketplace.catalog import policies, queries, services
from marketplace.catalog.errors import NoSuchProduct
from marketplace.catalog.models import MAX_PICTURES, Product, ProductPicture
from marketplace.catalog.services.pictures import picture_of
from marketplace.catalog.services.products import locked_for_keeper, require_keeper
from marketplace.core.pictures import Picture
from marketplace.web.guards import DESK, PUBLIC
from marketplace.web.pictures import UPLOAD_LIMIT, PicturesRefused, forget, kept, read_pictures
from marketplace.web.programs import API
from marketplace.web.viewer import account, viewer

ALL = "/products/<id:product_id>/pictures"
ONE = f"{ALL}/<id:picture_id>"


def refuse_adding(product_id: int) -> None:
    """Raises what `post_pictures` would before a file is read; the service asks again under its lock."""
    require_keeper(account())
    queries.get_product(product_id)


@operation(
    "POST",
    ALL,
    tag="catalog",
    answer=PicturesAdded,
    status=201,
    gate=DESK,
    parts=Parts(UPLOAD_LIMIT, most=MAX_PICTURES),
    asks=refuse_adding,
    errors=(403, 404),
)
def post_pictures(product_id: int) -> PicturesAdded:
    """Add pictures to a product.

    For the desk. JPEG, PNG or WebP in parts called `files`, up to 10 MB and 25 megapixels each; a product has 12 at
    most. They stand behind those that are there, in the order in which they were sent; one that it has already is not
    added again. All of them are kept, or none; `errors` name those that cannot be. Nothing but the pixels is kept,
    1600 wide and high at most: neither where a photo was taken nor anything else that is hidden in a file.
    """
    with renamed(pictures="files"):
        found = read_all()
        added = services.add_pictures(product_id, found, by=account())
    until_commit(kept(found))
    product, user = queries.get_product(product_id), viewer()
    return PicturesAdded(
        added=added,
        pictures=[picture_out(product, picture, user) for picture in product.pictures],
        links={"self": f"{API}/products/{product_id}"},
    )


@operation("GET", ONE, tag="catalog", answer=PictureOut, gate=PUBLIC, errors=(404,), is_tagged=True)
def get_picture(product_id: int, picture_id: int) -> PictureOut:
    """Read where a picture stands.

    Pictures are part of their product, too. Those of a product that is off sale exist only for the desk.
    """
    return shown_picture(product_id, picture_id)


@operation(
    "PATCH",
    ONE,
    tag="catalog",
    body=PicturePatch,
    answer=PictureOut,
    gate=DESK,
    errors=(403, 404, 412),
    is_tagged=True,
)
def move_picture(product_id: int, picture_id: int, body: PicturePatch) -> PictureOut:
    """Move a picture.

    For the desk. The others make room: `{"position": 1}` makes it the first one, which stands on lists too. A place
    behind the last one is the last.
    """
    by = account()
    picture = picture_of(locked_for_keeper(product_id, by), picture_id)
    require_match(shown_picture(product_id, picture_id))
    if "position" in body.model_fields_set:
        services.move_picture(product_id, picture_id, steps=body.position - picture.position, by=by)
    return shown_picture(product_id, picture_id)


@operation("DELETE", ONE, tag="catalog", gate=DESK, errors=(403, 404))
def delete_picture(product_id: int, picture_id: int) -> None:
    """Take a picture away from a product.

    For the desk. Its file goes too, unless another product shows the same.
    """
    digest = services.remove_picture(product_id, picture_id, by=account())
    after_commit(forget, [digest])


def read_all() -> list[Picture]:
    """The pictures that were sent; a refusal names each file that is none."""
    try:
        return read_pictures(read_files("files"))
    except PicturesRefused as error:
        error.errors = {"files": error.reasons}
        raise


def shown_picture(product_id: int, picture_id: int) -> PictureOut:
    """The picture as the caller may see it now; raises NoSuchProduct, NoSuchPicture."""
    product, user = queries.get_product(product_id), viewer()
    if not policies.may_see_product(user, product):
        raise NoSuchProduct
    return picture_out(product, picture_of(product, picture_id), user)


def picture_out(product: Product, picture: ProductPicture, user: Account | None) -> PictureOut:
    """The picture as it is shown with its product."""
    of = f"{API}/products/{product.id}"
    return PictureOut(
        id=picture.id,
        position=picture.position,
        url=url_for("catalog.picture", digest=picture.digest),
        thumbnail=thumbnail(picture.digest),
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        actions=["edit", "delete"] if policies.may_edit_products(user) else [],
        links={"self": f"{of}/pictures/{picture.id}", "product": of},
    )


def thumbnail(digest: str) -> str:
    """The address of the small copy."""
    return url_for("catalog.picture", digest=digest, size="thumb")
