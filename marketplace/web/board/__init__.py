"""The board face."""

from marketplace.web.board.views import blueprint

__all__ = ["blueprint"]
