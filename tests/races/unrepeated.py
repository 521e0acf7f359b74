"""The site without its memory of Idempotency-Keys: what the races over HTTP must show to be faulty."""

from marketplace.app import create_app
from marketplace.core import repeats
from marketplace.live.mount import one_origin

# A control run only: the module is named on gunicorn's command line and imported by nothing else.
repeats.is_turn_of = lambda caller, key: True
repeats.find_answer = lambda caller, key: None

app = one_origin(create_app())
