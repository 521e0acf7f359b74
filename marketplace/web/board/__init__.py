"""The shared board of open orders."""

from marketplace.web.board import views
from marketplace.web.board.blueprint import blueprint

__all__ = ["blueprint", "views"]
