"""Who may do what with products."""

from __future__ import annotations

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.catalog.models import Product

Viewer = Account | None


def may_edit_products(user: Viewer) -> bool:
    """Managers and admins keep the catalogue."""
    return user is not None and user.active and user.role in (Role.MANAGER, Role.ADMIN)


def may_edit_categories(user: Viewer) -> bool:
    """Admins say which kinds of work there are."""
    return user is not None and user.active and user.role is Role.ADMIN


def may_see_product(user: Viewer, product: Product) -> bool:
    """What is on sale is everybody's to see; what is not, only theirs who keep the catalogue."""
    return product.is_active or may_edit_products(user)
