"""What the catalogue refuses."""

from marketplace.core.errors import N_, Conflict, Invalid, NotFound


class NoSuchCategory(Invalid):
    """The category does not exist or takes no new orders."""

    message = N_("Choose a category from the list.")


class CategoryNotFound(NotFound):
    """There is no such category, or not any more."""

    message = N_("There is no such category.")


class SlugTaken(Invalid):
    """Addresses name categories, so no two are called the same."""

    message = N_("Another category already has this name in addresses.")


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


class SourceRefused(Invalid):
    """A page, feed or list from elsewhere that no products can be read from."""

    message = N_("Nothing can be read from this source.")


class UnknownFormat(SourceRefused):
    """Not a kind of content that products are read from."""

    message = N_("This is neither a page, nor a feed, nor a list in JSON.")


class DamagedSource(SourceRefused):
    """It is not what it says it is."""

    message = N_("This is no well-formed %(format)s: %(place)s.")


class DangerousSource(SourceRefused):
    """It declares entities, which only attacks do."""

    message = N_("The feed declares entities of its own: it is not read.")


class TooComplexSource(SourceRefused):
    """More parts, or parts in parts, than any page of goods has."""

    message = N_("The source has too many parts, or they are nested too deeply.")


class TooHeavySource(SourceRefused):
    """Reading it passed the limits on time or memory."""

    message = N_("Reading the source took too much time or memory.")


class NothingFound(SourceRefused):
    """It can be read, but holds no items."""

    message = N_("No items were found there. Read as: %(format)s.")


class BadSelector(SourceRefused):
    """What should say where a field stands cannot be understood."""

    message = N_("This does not say where to find a field: %(text)s.")


class TooManyLoads(Conflict):
    """Each run takes a process of its own, so there are not many at once."""

    message = N_("%(count)s loads are running already: wait until one of them is done.")


class NoSuchLoad(NotFound):
    """There is no such run."""

    message = N_("There is no such run of the loader.")


class ItemRefused(Invalid):
    """Why an item of a source became no product."""

    message = N_("It cannot become a product.")


class NotAnItem(ItemRefused):
    """It stands among the items and is something else."""

    message = N_("It is no item: it has no fields.")


class ItemWithoutName(ItemRefused):
    """Nobody could find it again."""

    message = N_("It has no name.")


class ItemWithoutPrice(ItemRefused):
    """A product has a price; the loader can be told to invent one."""

    message = N_("It has no price.")


class PriceNotReadable(ItemRefused):
    """Words where a number should be."""

    message = N_("Its price is no number: %(text)s.")


class PriceOutOfRange(ItemRefused):
    """More than any product costs."""

    message = N_("Its price is too large: %(text)s.")


class ItemTwice(ItemRefused):
    """The source has it twice; the first one counts."""

    message = N_("The source has it twice: the first one counts.")


class PictureOutside(ItemRefused):
    """A file may name pictures beside it, not elsewhere on the machine."""

    message = N_("There is no such picture beside the file: %(name)s.")


class NoTimeForPicture(ItemRefused):
    """The server of the pictures is too slow to ask it for all of them."""

    message = N_("Its server did not answer before, so it was not asked again: %(name)s.")
