"""The ASGI entry point that servers import, `marketplace.asgi:app`: the pages and their live connections."""

import sys

from config import SettingError
from marketplace.app import create_app
from marketplace.live.mount import one_origin

try:
    app = one_origin(create_app())
except SettingError as error:
    # The person at the terminal needs the reason, not the way to it.
    sys.exit(f"The site cannot start: {error}")
