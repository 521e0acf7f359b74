"""What every program is answered at the doors of the API: written from the rules, not from the code.

The acts on one order are in `order_answers`: the same table as for the pages, through another door. Here is what is
different there, and everything else. A program whose token is worth nothing is told so, wherever it asks: 401.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.core import clock
from tests.catalog.shelf import drawing
from tests.people import PASSWORD
from tests.promises.callers import Files
from tests.promises.page_answers import SAME

ACTS: dict[str, tuple[str, str, int, Any]] = {
    "show": ("GET", "", 200, None),
    "edit": ("PATCH", "", 200, {"title": "Another title", "price": "200"}),
    "take": ("POST", "/take", 200, {}),
    "withdraw": ("POST", "/withdraw", 200, {"reason": "No time"}),
    "complete": ("POST", "/complete", 200, None),
    "cancel": ("POST", "/cancel", 200, {"reason": "Not needed"}),
    "rate": ("POST", "/rate", 200, {"rating": 7, "text": "Good"}),
    "answer": ("POST", "/answer", 200, {"answer": "Thank you"}),
    "request-quote": ("POST", "/request-quote", 200, None),
    "offers/new": ("POST", "/offers", 201, {"price": "870", "days": 4, "performer_id": "#{stranger}"}),
    "assign": ("POST", "/assign", 200, {"manager_id": "#{admin}"}),
    "money": ("POST", "/money", 200, {"state": "paid"}),
}
"""For each act of the table: the method, the end of the address, the answer when it is done, and the body."""

DOORS = """
                                           anonymous owner customer performer stranger manager observer admin blocked
GET    /openapi.json                       200       200   200      200       200      200     200      200   401
POST   /orders/{in_progress}/pay           401       403   404      403       404      200     403      200   401
POST   /orders/{completed}/pay             401       403   404      403       404      200     403      200   401
POST   /orders/{open}/pay                  401       403   403      403       403      409     403      409   401
POST   /orders/{in_progress}/ready         401       403   404      403       404      409     403      409   401
POST   /orders/{completed}/ready           401       403   404      403       404      409     403      409   401
POST   /orders/{paid}/ready                401       403   404      403       404      200     403      200   401
POST   /orders/{paid}/deliver              401       403   404      403       404      409     403      409   401
POST   /orders/{ready}/deliver             401       403   404      403       404      200     403      200   401
POST   /orders/{in_progress}/deliver       401       403   404      403       404      409     403      409   401
POST   /orders/{paid}/pay                  401       403   404      403       404      409     403      409   401
POST   /orders/{ready}/pay                 401       403   404      403       404      409     403      409   401
POST   /orders/{ready}/ready               401       403   404      403       404      409     403      409   401
POST   /orders/{ready}/money               401       403   404      403       404      200     403      200   401
POST   /orders/{open}/deliver              401       403   403      403       403      409     403      409   401

GET    /orders/{open}/comments             401       200   403      403       403      200     200      200   401
GET    /orders/{in_progress}/comments      401       200   404      200       404      200     200      200   401
GET    /orders/{hidden}/comments           401       200   404      404       404      200     200      200   401
POST   /orders/{open}/comments             401       201   403      403       403      201     403      201   401
POST   /orders/{in_progress}/comments      401       201   404      201       404      201     403      201   401
POST   /orders/{cancelled}/comments        401       201   404      201       404      201     403      201   401
POST   /orders/{hidden}/comments           401       201   404      404       404      201     403      201   401
GET    /orders/{in_progress}/comments/{comment}         401 200 404 200 404 200 200 200 401
PATCH  /orders/{in_progress}/comments/{comment}         401 200 404 403 404 403 403 403 401
PATCH  /orders/{in_progress}/comments/{answer}          401 403 404 200 404 403 403 403 401
DELETE /orders/{in_progress}/comments/{comment}         401 204 404 403 404 403 403 403 401
DELETE /orders/{in_progress}/comments/{answer}          401 403 404 204 404 403 403 403 401
POST   /orders/{in_progress}/comments/{comment}/hide    401 403 404 403 404 403 403 200 401
POST   /orders/{in_progress}/comments/{comment}/show    401 403 404 403 404 403 403 200 401
GET    /orders/{completed}/comments/{comment}           401 404 404 404 404 404 404 404 401
PATCH  /orders/{completed}/comments/{comment}           401 404 404 404 404 404 403 404 401
DELETE /orders/{completed}/comments/{comment}           401 404 404 404 404 404 403 404 401
GET    /orders/{open}/attachments                       401 200 403 403 403 200 200 200 401
GET    /orders/{in_progress}/attachments                401 200 404 200 404 200 200 200 401
POST   /orders/{open}/attachments                       401 201 403 403 403 201 403 201 401
POST   /orders/{in_progress}/attachments                401 201 404 201 404 201 403 201 401
GET    /orders/{in_progress}/attachments/{file}         401 200 404 200 404 200 200 200 401
GET    /orders/{completed}/attachments/{file}           401 404 404 404 404 404 404 404 401
GET    /orders/{in_progress}/attachments/{file}/content        401 200 404 200 404 200 200 200 401
GET    /orders/{in_progress}/attachments/{photo}/content       401 200 404 200 404 200 200 200 401
GET    /orders/{completed}/attachments/{photo}/content         401 404 404 404 404 404 404 404 401
GET    /orders/{in_progress}/attachments/{file}/thumbnail      401 404 404 404 404 404 404 404 401
GET    /orders/{in_progress}/attachments/{photo}/thumbnail     401 200 404 200 404 200 200 200 401
DELETE /orders/{in_progress}/attachments/{file_spare}          401 403 404 204 404 403 403 204 401

GET    /board                              200       200   200      200       200      200     200      200   401
GET    /categories                         200       200   200      200       200      200     200      200   401
GET    /products                           200       200   200      200       200      200     200      200   401
GET    /products?hidden=true               403       403   403      403       403      200     403      200   401
GET    /products/{product}                 200       200   200      200       200      200     200      200   401
GET    /products/{product_gone}            404       404   404      404       404      200     404      200   401
POST   /products                           401       403   403      403       403      201     403      201   401
PATCH  /products/{product}                 401       403   403      403       403      200     403      200   401
PATCH  /products/{product_gone}            401       403   403      403       403      200     403      200   401
POST   /products/{product}/hide            401       403   403      403       403      200     403      200   401
POST   /products/{product_gone}/show       401       403   403      403       403      200     403      200   401
POST   /products/{product}/pictures        401       403   403      403       403      201     403      201   401
POST   /products/{product_gone}/pictures   401       403   403      403       403      201     403      201   401
GET    /products/{product}/pictures/{picture}           200 200 200 200 200 200 200 200 401
GET    /products/{product_gone}/pictures/{picture}      404 404 404 404 404 404 404 404 401
PATCH  /products/{product}/pictures/{picture}           401 403 403 403 403 200 403 200 401
PATCH  /products/{product_gone}/pictures/{picture}      401 403 403 403 403 404 403 404 401
DELETE /products/{product}/pictures/{picture}           401 403 403 403 403 204 403 204 401
DELETE /products/{product_gone}/pictures/{picture}      401 403 403 403 403 404 403 404 401
GET    /catalog/loads                      401       403   403      403       403      200     403      200   401
GET    /catalog/loads/{load}               401       403   403      403       403      200     403      200   401
GET    /catalog/loads/999999999            401       403   403      403       403      404     403      404   401
POST   /catalog/loads                      401       403   403      403       403      202     403      202   401
GET    /performers                         200       200   200      200       200      200     200      200   401
GET    /performers/{performer}             200       200   200      200       200      200     200      200   401
GET    /performers/{owner}                 404       404   404      404       404      404     404      404   401
GET    /performers/{admin}                 404       404   404      404       404      404     404      404   401
GET    /performers/{blocked}               404       404   404      404       404      404     404      404   401
GET    /performers/{performer}/reviews     200       200   200      200       200      200     200      200   401
GET    /performers/{blocked}/reviews       404       404   404      404       404      404     404      404   401

GET    /orders/{open}/lines                200       200   200      200       200      200     200      200   401
GET    /orders/{in_progress}/lines         404       200   404      200       404      200     200      200   401
GET    /orders/{listed}/lines/{line}       200       200   200      200       200      200     200      200   401
GET    /orders/{listed_taken}/lines/{line_taken}               404 200 404 200 404 200 200 200 401
GET    /orders/{open}/lines/{line}                             404 404 404 404 404 404 404 404 401
GET    /orders/{listed_taken}/lines/{line}                     404 404 404 404 404 404 404 404 401
POST   /orders/{open}/lines                401       201   403      403       403      201     403      201   401
POST   /orders/{quoting}/lines             401       201   403      403       403      201     403      201   401
POST   /orders/{quoted}/lines              401       409   403      403       403      409     403      409   401
POST   /orders/{in_progress}/lines         401       409   404      403       404      409     403      409   401
PATCH  /orders/{listed}/lines/{line}                           401 200 403 403 403 200 403 200 401
PATCH  /orders/{listed_taken}/lines/{line_taken}               401 409 404 403 404 409 403 409 401
PATCH  /orders/{open}/lines/{line}                             401 404 403 403 403 404 403 404 401
DELETE /orders/{listed}/lines/{line}                           401 204 403 403 403 204 403 204 401
DELETE /orders/{listed_taken}/lines/{line_taken}               401 409 404 403 404 409 403 409 401

POST   /auth/register                      201       201   201      201       201      201     201      201   201
POST   /auth/login                         200       200   200      200       200      200     200      200   200
POST   /auth/refresh                       200       200   200      200       200      200     200      200   200
POST   /auth/logout                        401       204   204      204       204      204     204      204   401
GET    /me                                 401       200   200      200       200      200     200      200   401
PATCH  /me                                 401       200   200      200       200      200     200      200   401
POST   /me/password                        401       200   200      200       200      200     200      200   401
GET    /me/sessions                        401       200   200      200       200      200     200      200   401
DELETE /me/sessions                        401       204   204      204       204      204     204      204   401
DELETE /me/sessions/{device}               401       404   404      204       404      404     404      404   401
GET    /me/filters                         401       200   200      200       200      200     200      200   401
POST   /me/filters                         401       201   201      201       201      201     201      201   401
DELETE /me/filters/{filter}                401       404   404      404       404      204     404      404   401
GET    /users                              401       403   403      403       403      200     200      200   401
GET    /users/{spare}                      401       403   403      403       403      200     200      200   401
GET    /users/{blocked}                    401       403   403      403       403      200     200      200   401
GET    /users/999999999                    401       403   403      403       403      404     404      404   401

POST   /orders/{open}/hide                        401 403 403 403 403 403 403 200 401
POST   /orders/{in_progress}/hide                 401 403 403 403 403 403 403 200 401
POST   /orders/{hidden}/hide                      401 403 403 403 403 403 403 200 401
POST   /orders/{hidden}/show                      401 403 403 403 403 403 403 200 401
POST   /orders/{open}/show                        401 403 403 403 403 403 403 200 401
POST   /orders/999999999/hide                     401 403 403 403 403 403 403 404 401
POST   /orders/{in_progress}/reassign             401 403 403 403 403 403 403 200 401
POST   /orders/{completed}/reassign               401 403 403 403 403 403 403 409 401
POST   /orders/{open}/reassign                    401 403 403 403 403 403 403 409 401
POST   /orders/{rated}/review/hide                401 403 403 403 403 403 403 200 401
POST   /orders/{rated}/review/show                401 403 403 403 403 403 403 200 401
POST   /orders/{completed}/review/hide            401 403 403 403 403 403 403 409 401
POST   /orders/{open}/review/show                 401 403 403 403 403 403 403 409 401
POST   /users                                     401 403 403 403 403 403 403 201 401
POST   /users/{spare}/block                       401 403 403 403 403 403 403 200 401
POST   /users/{blocked}/block                     401 403 403 403 403 403 403 200 401
POST   /users/{admin}/block                       401 403 403 403 403 403 403 409 401
POST   /users/999999999/block                     401 403 403 403 403 403 403 404 401
POST   /users/{blocked}/unblock                   401 403 403 403 403 403 403 200 401
POST   /users/{spare}/unblock                     401 403 403 403 403 403 403 200 401
POST   /users/{admin}/unblock                     401 403 403 403 403 403 403 409 401
POST   /users/{spare}/role                        401 403 403 403 403 403 403 200 401
POST   /users/{admin}/role                        401 403 403 403 403 403 403 409 401
POST   /users/{performer}/sign-out                401 403 403 403 403 403 403 200 401
GET    /users/{spare}/profile                     401 403 403 403 403 403 403 200 401
GET    /users/999999999/profile                   401 403 403 403 403 403 403 404 401
PATCH  /users/{spare}/profile                     401 403 403 403 403 403 403 200 401
GET    /audit                                     401 403 403 403 403 403 403 200 401
GET    /audit?what=block&kind=Account             401 403 403 403 403 403 403 200 401
POST   /categories                                401 403 403 403 403 403 403 201 401
PATCH  /categories/{category}                     401 403 403 403 403 403 403 200 401
PATCH  /categories/999999999                      401 403 403 403 403 403 403 404 401
DELETE /categories/{unused}                       401 403 403 403 403 403 403 204 401
DELETE /categories/{category}                     401 403 403 403 403 403 403 409 401
GET    /categories/{category}                     200 200 200 200 200 200 200 200 401
GET    /categories/999999999                      404 404 404 404 404 404 404 404 401

GET    /orders                             401       200   200      200       200      200     200      200   401
POST   /orders                             401       201   201      403       403      201     403      201   401
GET    /orders/{open}/events               401       200   403      403       403      200     200      200   401
GET    /orders/{quoted}/events             401       200   403      403       403      200     200      200   401
GET    /orders/{in_progress}/events        401       200   404      200       404      200     200      200   401
GET    /orders/{hidden}/events             401       200   404      404       404      200     200      200   401
GET    /events                             401       200   200      200       200      200     200      200   401
GET    /events?after=0                     401       200   200      200       200      200     200      200   401
GET    /orders/{open}/offers               401       200   403      200       200      200     200      200   401
GET    /orders/{quoted}/offers             401       200   403      200       200      200     200      200   401
GET    /orders/{in_progress}/offers        401       200   404      200       404      200     200      200   401
GET    /orders/{hidden}/offers             401       200   404      404       404      200     200      200   401
GET    /offers                             401       403   403      200       200      403     403      403   401
GET    /offers/{offer}                     401       200   404      200       404      200     200      200   401
POST   /offers/{offer}/accept              401       200   404      403       404      200     403      200   401
POST   /offers/{offer}/decline             401       200   404      403       404      200     403      200   401
POST   /offers/{offer}/withdraw            401       403   404      200       404      403     403      403   401
"""

COMMENT = {"text": "On Tuesday then."}
NOTES = Files({"notes.txt": b"Everything else."})
PRODUCT = {"name": "A table", "description": "Of oak.", "price": "700", "unit": "pc", "category_id": "#{category}"}
POSTED = {
    "title": "Another report",
    "description": "Of this month.",
    "category_id": "#{category}",
    "price": "200",
    "deadline": (clock.today() + timedelta(days=30)).isoformat(),
    "lines": [],
    "customer_id": "#{owner}",
}
PHOTO = Files({"chair.png": drawing("maroon")})
# Nobody is asked for the name of this one: it is an address of the public network already.
LOAD = {"url": "http://93.184.215.14/goods.json", "format": "json", "limit": 7, "price_from": "100", "price_to": "500"}
LINE = {"name": "Sockets", "quantity": 3, "unit_price": "12.50"}
REASSIGNED = {"performer_id": "#{stranger}", "reason": "Ill"}
SPAM = {"reason": "Spam"}
OBSERVER = {"role": "observer"}
CATEGORY = {"slug": "made", "name_ru": "Новая", "name_en": "Made", "position": 5}
BODIES: dict[str, Any] = {
    **{f"POST /orders/{{{state}}}/reassign": REASSIGNED for state in ("in_progress", "completed", "open")},
    **{f"POST /users/{who}/block": SPAM for who in ("{spare}", "{blocked}", "{admin}", "999999999")},
    **{f"POST /users/{who}/role": OBSERVER for who in ("{spare}", "{admin}")},
    "POST /users": {"email": "made@example.com", "name": "Made", "role": "manager", "password": SAME},
    "PATCH /users/{spare}/profile": {"name": "Mended", "contacts": {"messenger": "Telegram @mended"}},
    "POST /categories": CATEGORY,
    "PATCH /categories/{category}": {"name_en": "Snakes", "position": 5},
    "PATCH /categories/999999999": {"position": 5},
    "POST /orders/{open}/comments": COMMENT,
    "POST /orders/{in_progress}/comments": COMMENT,
    "POST /orders/{cancelled}/comments": COMMENT,
    "POST /orders/{hidden}/comments": COMMENT,
    "PATCH /orders/{in_progress}/comments/{comment}": {"text": "When exactly?"},
    "PATCH /orders/{in_progress}/comments/{answer}": {"text": "On Tuesday."},
    "PATCH /orders/{completed}/comments/{comment}": {"text": "Anywhere."},
    "POST /orders/{open}/attachments": NOTES,
    "POST /orders/{in_progress}/attachments": NOTES,
    "POST /products": PRODUCT,
    "PATCH /products/{product}": {"price": "95.50"},
    "PATCH /products/{product_gone}": {"name": "A low stool"},
    "POST /products/{product}/pictures": PHOTO,
    "POST /products/{product_gone}/pictures": PHOTO,
    "PATCH /products/{product}/pictures/{picture}": {"position": 2},
    "PATCH /products/{product_gone}/pictures/{picture}": {"position": 2},
    "POST /catalog/loads": LOAD,
    "POST /orders/{open}/lines": LINE,
    "POST /orders/{quoting}/lines": LINE,
    "POST /orders/{quoted}/lines": LINE,
    "POST /orders/{in_progress}/lines": LINE,
    "PATCH /orders/{listed}/lines/{line}": {"quantity": 5, "name": "Cable, three cores"},
    "PATCH /orders/{listed_taken}/lines/{line_taken}": {"quantity": 5},
    "PATCH /orders/{open}/lines/{line}": {"quantity": 5},
    "POST /auth/register": {"email": "new@example.com", "name": "New", "role": "customer", "password": SAME},
    "POST /auth/login": {"email": "{spare_email}", "password": PASSWORD},
    "POST /auth/refresh": {"refresh_token": "{refresh_token}"},
    "POST /orders": POSTED,
    "POST /orders/{ready}/money": {"state": "paid"},
    "POST /offers/{offer}/decline": {"reason": "Too dear."},
    "POST /offers/{offer}/withdraw": {"reason": "No time."},
    "POST /me/password": {"current_password": PASSWORD, "new_password": SAME},
    "POST /me/filters": {"name": "Mine too", "filter": {"status": ["new"]}},
    "PATCH /me": {"name": "Somebody Else", "contacts": {"messenger": "Telegram @else"}},
}
"""What is sent to each `METHOD path`, where it takes a body: right in every field."""

FOR_THE_DESK = {"customer_id", "performer_id"}
"""Fields by which the desk names whom it acts for; others act for themselves and leave them out."""

CHANGES_NOTHING: set[str] = {
    "POST /orders/{in_progress}/comments/{comment}/show",
    "POST /orders/{hidden}/hide",
    "POST /orders/{open}/show",
    "POST /orders/{rated}/review/show",
    "POST /users/{blocked}/block",
    "POST /users/{spare}/unblock",
}
"""Done by whoever it is meant for, these leave the database as it was."""
