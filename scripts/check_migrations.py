"""Runs every migration up, down and up again on a throw-away database and compares the result with the models."""

import os
import sys
import tempfile

import flask_migrate

from config import ROOT, load_settings
from marketplace.app import create_app
from marketplace.core import embedded


def main() -> int:
    folder = str(ROOT / "migrations")
    with tempfile.TemporaryDirectory() as place:
        server = embedded.start(place, throwaway=True)
        try:
            app = create_app(load_settings({**os.environ, "APP_ENV": "development", "DATABASE_URL": server.url}))
            with app.app_context():
                flask_migrate.upgrade(folder)
                flask_migrate.downgrade(folder, "base")
                flask_migrate.upgrade(folder)
                # Exits with the differences when there are any.
                flask_migrate.check(folder)
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
