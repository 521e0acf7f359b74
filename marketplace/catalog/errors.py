"""What the catalogue refuses."""

from marketplace.core.errors import N_, Invalid


class NoSuchCategory(Invalid):
    """The category does not exist or takes no new orders."""

    message = N_("Choose a category from the list.")
