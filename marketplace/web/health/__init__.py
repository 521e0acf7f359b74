"""For machines that watch: is the process alive, can it serve."""

from marketplace.web.health import views
from marketplace.web.health.blueprint import blueprint

__all__ = ["blueprint", "views"]
