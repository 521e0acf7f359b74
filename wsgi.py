"""The WSGI entry point that servers import: `wsgi:app`."""

import sys

from config import SettingError
from marketplace.app import create_app

try:
    app = create_app()
except SettingError as error:
    # The person at the terminal needs the reason, not the way to it.
    sys.exit(f"The site cannot start: {error}")
