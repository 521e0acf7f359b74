"""What everybody is answered at the other doors: written from the rules, not from the code.

`302` at a GET of somebody who has not signed in leads to the sign-in page.
"""

from __future__ import annotations

from typing import Any

from tests.promises.order_answers import ORDER
from tests.promises.town import PASSWORD

PAGES = """
                                 anonymous owner customer performer stranger manager observer admin blocked
GET  /static/css/theme.css       200       200   200      200       200      200     200      200   200
GET  /fs-static/js/webauthn.js   200       200   200      200       200      200     200      200   200
GET  /healthz                    200       200   200      200       200      200     200      200   200
GET  /readyz                     200       200   200      200       200      200     200      200   200
GET  /                           200       200   200      200       200      200     200      200   200
POST /preferences                302       302   302      302       302      302     302      302   302
GET  /board                      200       200   200      200       200      200     200      200   200
GET  /performers                 200       200   200      200       200      200     200      200   200
GET  /performers/{performer}     200       200   200      200       200      200     200      200   200
GET  /performers/{owner}         404       404   404      404       404      404     404      404   404
GET  /performers/{admin}         404       404   404      404       404      404     404      404   404
GET  /performers/{blocked}       404       404   404      404       404      404     404      404   404
GET  /profile                    302       200   200      200       200      200     200      200   302
POST /profile                    401       302   302      302       302      302     302      302   401
GET  /customer                   302       200   200      403       403      403     403      403   302
GET  /customer/orders/new        302       302   302      403       403      403     403      403   302
GET  /orders                     302       200   200      200       200      200     200      200   302
GET  /orders.csv                 302       200   200      200       200      200     200      200   302
GET  /orders.xlsx                302       200   200      200       200      200     200      200   302
POST /orders/filters             401       302   302      302       302      302     302      302   401
POST /orders/filters/{filter}/delete                 401 404 404 404 404 302 404 404 401
GET  /orders/{in_progress}/row                       302 200 404 200 404 200 200 200 302
GET  /orders/{quoted}/row                            302 200 404 200 404 200 200 200 302
GET  /orders/{in_progress}/status                    302 200 404 200 404 200 403 200 302
POST /orders/{in_progress}/status                    401 403 404 403 404 302 403 302 401
GET  /orders/new                 302       200   200      403       403      200     403      200   302
POST /orders/new                 401       302   302      403       403      302     403      302   401
GET  /orders/customers.json      302       403   403      403       403      200     403      200   302
POST /orders/{in_progress}/comments                          401 302 404 302 404 302 403 302 401
GET  /orders/{in_progress}/comments/{comment}/edit           302 200 404 403 404 403 403 403 302
POST /orders/{in_progress}/comments/{comment}/edit           401 302 404 403 404 403 403 403 401
GET  /orders/{in_progress}/comments/{answer}/edit            302 403 404 200 404 403 403 403 302
POST /orders/{in_progress}/comments/{answer}/edit            401 403 404 302 404 403 403 403 401
POST /orders/{completed}/comments/{comment}/edit             401 404 404 404 404 404 403 404 401
GET  /orders/{in_progress}/comments/{comment}/delete         302 200 404 403 404 403 403 403 302
POST /orders/{in_progress}/comments/{comment}/delete         401 302 404 403 404 403 403 403 401
GET  /orders/{completed}/comments/{comment}/edit             302 404 404 404 404 404 403 404 302
POST /orders/{in_progress}/comments/{comment}/hide           401 403 404 403 404 403 403 302 401
POST /orders/{in_progress}/comments/{comment}/show           401 403 404 403 404 403 403 302 401
POST /orders/{in_progress}/attachments                       401 422 404 422 404 422 403 422 401
GET  /orders/{in_progress}/attachments/{file_spare}/delete         302 403 404 200 404 403 403 200 302
POST /orders/{in_progress}/attachments/{file_spare}/delete         401 403 404 302 404 403 403 302 401
GET  /attachments/{file}                                     302 200 404 200 404 200 200 200 302
GET  /attachments/{file}/thumbnail                           302 404 404 404 404 404 404 404 302
GET  /products                   200       200   200      200       200      200     200      200   200
GET  /products/search.json       200       200   200      200       200      200     200      200   200
GET  /products/{product}         200       200   200      200       200      200     200      200   200
GET  /products/{product_gone}    404       404   404      404       404      200     404      200   404
GET  /products/new               302       403   403      403       403      200     403      200   302
POST /products/new               401       403   403      403       403      302     403      302   401
GET  /products/{product}/edit    302       403   403      403       403      200     403      200   302
POST /products/{product}/edit    401       403   403      403       403      302     403      302   401
POST /products/{product}/pictures                    401 403 403 403 403 422 403 422 401
POST /products/{product}/pictures/{picture}/move     401 403 403 403 403 302 403 302 401
POST /products/{product}/pictures/{picture}/remove   401 403 403 403 403 302 403 302 401
POST /products/{product}/hide    401       403   403      403       403      302     403      302   401
POST /products/{product_gone}/show                   401 403 403 403 403 302 403 302 401
GET  /media/pictures/{digest}    200       200   200      200       200      200     200      200   200
GET  /media/pictures/{digest}/thumb                  200 200 200 200 200 200 200 200 200
GET  /products/load              302       403   403      403       403      200     403      200   302
POST /products/load              401       403   403      403       403      422     403      422   401
GET  /products/load/{load}       302       403   403      403       403      200     403      200   302
GET  /products/load/{load}/state 302       403   403      403       403      200     403      200   302
GET  /offers/{offer}             302       200   404      200       404      200     200      200   302
GET  /offers/{offer}/accept      302       200   404      403       404      200     403      200   302
POST /offers/{offer}/accept      401       302   404      403       404      302     403      302   401
GET  /offers/{offer}/decline     302       200   404      403       404      200     403      200   302
POST /offers/{offer}/decline     401       302   404      403       404      302     403      302   401
GET  /offers/{offer}/withdraw    302       403   404      200       404      403     403      403   302
POST /offers/{offer}/withdraw    401       403   404      302       404      403     403      403   401
GET  /orders/{quoted}/offers     302       200   403      403       403      200     200      200   302
GET  /orders/{in_progress}/offers                    302 200 404 403 404 200 200 200 302
GET  /performer/offers           302       403   403      200       200      403     403      403   302
GET  /swagger                    200       200   200      200       200      200     200      200   200
GET  /redoc                      200       200   200      200       200      200     200      200   200
POST /live/ticket                401       200   200      200       200      200     200      200   401
GET  /live/news                  302       200   200      200       200      200     200      200   302
GET  /performer                  302       403   403      200       200      403     403      403   302
GET  /welcome                    302       302   302      302       302      302     302      302   302
GET  /sessions                   302       200   200      200       200      200     200      200   302
POST /sessions/{device}/end      401       404   404      302       404      404     404      404   401
POST /sessions/token             401       200   200      200       200      200     200      200   401
POST /sessions/end-others        401       302   302      302       302      302     302      302   401
GET  /login                      200       302   302      302       302      302     302      302   200
POST /login                      302       302   302      302       302      302     302      302   302
GET  /register                   200       302   302      302       302      302     302      302   200
POST /register                   302       302   302      302       302      302     302      302   302
POST /logout                     302       302   302      302       302      302     302      302   302
GET  /verify                     302       200   200      200       200      200     200      200   302
POST /verify                     401       302   302      302       302      302     302      302   401
GET  /password                   302       200   200      200       200      200     200      200   302
POST /password                   401       302   302      302       302      302     302      302   401
"""

# Everybody who is not an admin: 403, or sent to sign in. The last column is what the admin is answered.
ADMIN = """
GET  /admin/                                          200
GET  /admin/accounts/                                 200
GET  /admin/accounts/export/csv/                      200
GET  /admin/accounts/new/                             200
POST /admin/accounts/new/                             302
GET  /admin/accounts/details/?id={spare}              200
GET  /admin/accounts/block/?id={spare}                200
POST /admin/accounts/block/?id={spare}                302
POST /admin/accounts/block/?id={admin}                409
POST /admin/accounts/unblock/?id={blocked}            302
GET  /admin/accounts/sign-out/?id={performer}         200
POST /admin/accounts/sign-out/?id={performer}         302
GET  /admin/accounts/roles/?id={spare}&id={stranger}  200
POST /admin/accounts/roles/?id={spare}&id={stranger}  302
POST /admin/accounts/roles/?id={spare}&id={admin}     409
POST /admin/accounts/action/                          302
GET  /admin/profiles/                                 200
GET  /admin/profiles/export/csv/                      200
GET  /admin/profiles/edit/?id={spare}                 200
POST /admin/profiles/edit/?id={spare}                 302
GET  /admin/categories/                               200
GET  /admin/categories/export/csv/                    200
GET  /admin/categories/new/                           200
POST /admin/categories/new/                           302
GET  /admin/categories/edit/?id={category}            200
POST /admin/categories/edit/?id={category}            302
GET  /admin/categories/delete/?id={unused}            200
POST /admin/categories/delete/?id={unused}            302
POST /admin/categories/delete/?id={category}          409
GET  /admin/orders/                                   200
GET  /admin/orders/export/csv/                        200
GET  /admin/orders/details/?id={open}                 200
POST /admin/orders/hide/?id={open}                    302
POST /admin/orders/show/?id={hidden}                  302
GET  /admin/orders/cancel/?id={open}                  200
POST /admin/orders/cancel/?id={open}                  302
POST /admin/orders/cancel/?id={completed}             409
GET  /admin/orders/reassign/?id={in_progress}         200
POST /admin/orders/reassign/?id={in_progress}         302
POST /admin/orders/reassign/?id={completed}           409
GET  /admin/products/                                 200
GET  /admin/products/export/csv/                      200
POST /admin/products/hide/?id={product}               302
POST /admin/products/show/?id={product_gone}          302
GET  /admin/offers/                                   200
GET  /admin/offers/export/csv/                        200
GET  /admin/comments/                                 200
GET  /admin/comments/export/csv/                      200
POST /admin/comments/hide/?id={comment}               302
POST /admin/comments/show/?id={comment}               302
GET  /admin/files/                                    200
GET  /admin/files/export/csv/                         200
GET  /admin/reviews/                                  200
GET  /admin/reviews/export/csv/                       200
POST /admin/reviews/hide/?id={rated}                  302
POST /admin/reviews/show/?id={rated}                  302
GET  /admin/history/                                  200
GET  /admin/history/export/csv/                       200
GET  /admin/audit/                                    200
GET  /admin/audit/export/csv/                         200
"""

PRODUCT = {"name": "A table", "description": "Of oak.", "price": "700", "unit": "pc", "category_id": "0"}
SAME = "another-good-password"
FIELDS: dict[str, dict[str, Any]] = {
    "/preferences": {"theme": "dark", "next": "/board"},
    "/profile": {"name": "Somebody Else", "price_unit": "hour"},
    "/orders/new": ORDER | {"pricing": "fixed", "customer": "{owner_email}"},
    "/orders/{in_progress}/comments": {"text": "On Tuesday then."},
    "/orders/{in_progress}/comments/{comment}/edit": {"text": "When exactly?"},
    "/orders/{in_progress}/comments/{answer}/edit": {"text": "On Tuesday."},
    "/orders/{completed}/comments/{comment}/edit": {"text": "Anywhere."},
    "/orders/filters": {"name": "Mine too", "query": "status=new"},
    "/orders/{in_progress}/status": {"money_state": "paid"},
    "/offers/{offer}/decline": {"reason": "Too dear."},
    "/offers/{offer}/withdraw": {"reason": "No time."},
    "/products/new": PRODUCT,
    "/products/{product}/edit": PRODUCT,
    "/products/{product}/pictures/{picture}/move": {"direction": "up"},
    "/login": {"email": "{spare_email}", "password": PASSWORD},
    "/register": {"email": "new@example.com", "name": "New", "role": "customer", "password": SAME},
    "/verify": {"password": PASSWORD},
    "/password": {"password": PASSWORD, "new_password": SAME, "new_password_confirm": SAME},
    "/admin/accounts/new/": {"email": "made@example.com", "name": "Made", "role": "manager", "password": SAME},
    "/admin/accounts/block/": {"reason": "Spam"},
    "/admin/accounts/roles/": {"role": "observer"},
    "/admin/accounts/action/": {"action": "change_role", "rowid": "{spare}"},
    "/admin/profiles/edit/": {"name": "Mended", "price_unit": "hour"},
    "/admin/categories/new/": {"slug": "made", "name_ru": "Новая", "name_en": "Made", "position": "5"},
    "/admin/categories/edit/": {"slug": "python", "name_ru": "Питон", "name_en": "Python", "position": "5"},
    "/admin/orders/cancel/": {"reason": "Spam"},
    "/admin/orders/reassign/": {"performer": "{stranger}", "reason": "Ill"},
}
"""What the form of each address holds, filled in rightly."""

# Done by whoever it is meant for, these leave the database as it was.
CHANGES_NOTHING = {
    "/preferences",
    "/sessions/token",
    "/verify",
    "/admin/accounts/action/",
    "/admin/reviews/show/?id={rated}",
    "/admin/comments/show/?id={comment}",
    "/orders/{in_progress}/comments/{comment}/show",
    "/products/{product}/pictures/{picture}/move",
}
