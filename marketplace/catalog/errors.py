"""What the catalogue refuses."""

from marketplace.core.errors import N_, Invalid, NotFound


class NoSuchCategory(Invalid):
    """The category does not exist or takes no new orders."""

    message = N_("Choose a category from the list.")


class NoSuchProduct(NotFound):
    """There is no such product, or it is not shown any more."""

    message = N_("There is no such product in the catalogue.")


class ProductNotSold(Invalid):
    """An order takes products that are in the catalogue now."""

    message = N_("This product is not in the catalogue any more: take it off the list.")


class NoSuchPicture(NotFound):
    """The product has no such picture; another product's answers the same."""

    message = N_("The product has no such picture.")


class TooManyPictures(Invalid):
    """A product has room for a handful."""

    message = N_("A product has at most %(limit)s pictures: remove one first.")
