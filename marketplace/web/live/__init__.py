"""What pages need to stay live: tickets for the WebSocket, and news for those who have none."""

from marketplace.web.live import views
from marketplace.web.live.blueprint import blueprint

__all__ = ["blueprint", "views"]
