"""The WSGI entry point that servers import: `wsgi:app`."""

from marketplace.app import create_app

app = create_app()
