"""The site without the lock on an order: what the races over HTTP must show to be faulty."""

from marketplace.app import create_app
from marketplace.live.mount import one_origin
from marketplace.orders.queries import orders

# A control run only: the module is named on gunicorn's command line and imported by nothing else.
orders.locked = orders.get_order

app = one_origin(create_app())
