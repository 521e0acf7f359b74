"""What everybody is answered at the doors of one order, in each state of it: written from the rules, not from the code.

`ok` is 200 at a GET and 302 at a POST.
"""

ORDER = {
    "title": "Another title",
    "description": "Another description",
    "category_id": "{category}",
    "price": "200",
}
"""What the form of an order holds."""

# Somebody who has not signed in, and somebody who was blocked, is sent to sign in everywhere below.
ACTS = """
                owner    customer performer stranger manager  observer admin
open
  show          ok       ok       ok       ok       ok       ok       ok
  edit          ok       403      403      403      ok       403      ok
  take          403      403      ok       ok       403      403      403
  withdraw      403      403      403      403      403      403      403
  complete      403      403      403      403      409      403      409
  cancel        ok       403      403      403      ok       403      ok
  rate          409      403      403      403      403      403      403
  answer        403      403      403      403      403      403      403
  request-quote ok       403      403      403      ok       403      ok
  offers/new    403      403      409      409      409      403      409
  assign        403      403      403      403      ok       403      ok
  money         403      403      403      403      409      403      409
in_progress
  show          ok       404      ok       404      ok       ok       ok
  edit          409      404      403      404      409      403      409
  take          403      404      409      409      403      403      403
  withdraw      403      404      ok       404      403      403      403
  complete      403      404      ok       404      ok       403      ok
  cancel        ok       404      403      404      ok       403      ok
  rate          409      404      403      404      403      403      403
  answer        403      404      409      404      403      403      403
  request-quote 409      404      403      404      409      403      409
  offers/new    403      404      409      404      409      403      409
  assign        403      404      403      404      ok       403      ok
  money         403      404      403      404      ok       403      ok
completed
  show          ok       404      ok       404      ok       ok       ok
  edit          409      404      403      404      409      403      409
  take          403      404      409      409      403      403      403
  withdraw      403      404      409      404      403      403      403
  complete      403      404      409      404      409      403      409
  cancel        409      404      403      404      409      403      409
  rate          ok       404      403      404      403      403      403
  answer        403      404      409      404      403      403      403
  request-quote 409      404      403      404      409      403      409
  offers/new    403      404      409      404      409      403      409
  assign        403      404      403      404      409      403      409
  money         403      404      403      404      ok       403      ok
rated
  show          ok       404      ok       404      ok       ok       ok
  edit          409      404      403      404      409      403      409
  take          403      404      409      409      403      403      403
  withdraw      403      404      409      404      403      403      403
  complete      403      404      409      404      409      403      409
  cancel        409      404      403      404      409      403      409
  rate          409      404      403      404      403      403      403
  answer        403      404      ok       404      403      403      403
  request-quote 409      404      403      404      409      403      409
  offers/new    403      404      409      404      409      403      409
  assign        403      404      403      404      409      403      409
  money         403      404      403      404      ok       403      ok
cancelled
  show          ok       404      ok       404      ok       ok       ok
  edit          409      404      403      404      409      403      409
  take          403      404      409      409      403      403      403
  withdraw      403      404      409      404      403      403      403
  complete      403      404      409      404      409      403      409
  cancel        409      404      403      404      409      403      409
  rate          409      404      403      404      403      403      403
  answer        403      404      409      404      403      403      403
  request-quote 409      404      403      404      409      403      409
  offers/new    403      404      409      404      409      403      409
  assign        403      404      403      404      409      403      409
  money         403      404      403      404      409      403      409
hidden
  show          ok       404      404      404      ok       ok       ok
  edit          ok       404      404      404      ok       403      ok
  take          403      404      404      404      403      403      403
  withdraw      403      404      404      404      403      403      403
  complete      403      404      404      404      409      403      409
  cancel        ok       404      404      404      ok       403      ok
  rate          409      404      404      404      403      403      403
  answer        403      404      404      404      403      403      403
  request-quote ok       404      404      404      ok       403      ok
  offers/new    403      404      404      404      409      403      409
  assign        403      404      404      404      ok       403      ok
  money         403      404      404      404      409      403      409
hidden_taken
  show          ok       404      ok       404      ok       ok       ok
  edit          409      404      403      404      409      403      409
  take          403      404      409      404      403      403      403
  withdraw      403      404      ok       404      403      403      403
  complete      403      404      ok       404      ok       403      ok
  cancel        ok       404      403      404      ok       403      ok
  rate          409      404      403      404      403      403      403
  answer        403      404      409      404      403      403      403
  request-quote 409      404      403      404      409      403      409
  offers/new    403      404      409      404      409      403      409
  assign        403      404      403      404      ok       403      ok
  money         403      404      403      404      ok       403      ok
quoting
  show          ok       ok       ok       ok       ok       ok       ok
  edit          ok       403      403      403      ok       403      ok
  take          403      403      409      409      403      403      403
  withdraw      403      403      403      403      403      403      403
  complete      403      403      403      403      409      403      409
  cancel        ok       403      403      403      ok       403      ok
  rate          409      403      403      403      403      403      403
  answer        403      403      403      403      403      403      403
  request-quote 409      403      403      403      409      403      409
  offers/new    403      403      ok       ok       ok       403      ok
  assign        403      403      403      403      ok       403      ok
  money         403      403      403      403      409      403      409
quoted
  show          ok       ok       ok       ok       ok       ok       ok
  edit          409      403      403      403      409      403      409
  take          403      403      409      409      403      403      403
  withdraw      403      403      403      403      403      403      403
  complete      403      403      403      403      409      403      409
  cancel        ok       403      403      403      ok       403      ok
  rate          409      403      403      403      403      403      403
  answer        403      403      403      403      403      403      403
  request-quote 409      403      403      403      409      403      409
  offers/new    403      403      ok       ok       ok       403      ok
  assign        403      403      403      403      ok       403      ok
  money         403      403      403      403      409      403      409
"""

ACT_FIELDS = {
    "edit": ORDER,
    "withdraw": {"reason": "No time"},
    "cancel": {"reason": "Not needed"},
    "rate": {"rating": "7", "text": "Good"},
    "answer": {"answer": "Thank you"},
    "offers/new": {"way": "total", "price": "870", "days": "4", "performer": "{stranger_email}"},
    "assign": {"manager": "{admin}"},
    "money": {"state": "paid"},
}
