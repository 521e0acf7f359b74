"""P15: a secret planted in each private field is found only by those whom it concerns, wherever they look."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from tests.promises.crawl import SEARCHES, pages
from tests.promises.town import Town, Who

EVERYBODY = set(Who)
NOBODY: set[Who] = set()
DESK = {Who.MANAGER, Who.OBSERVER, Who.ADMIN}
BOTH = {Who.OWNER, Who.PERFORMER}

SECRETS: dict[str, tuple[str, str, set[Who]]] = {
    # Contacts: for oneself, the other side of an order that was taken, and staff.
    "phoneowner": ("profiles", "phone WHERE account_id = {owner}", BOTH | DESK),
    "messengerowner": ("profiles", "messenger WHERE account_id = {owner}", BOTH | DESK),
    "siteowner": ("profiles", "site WHERE account_id = {owner}", BOTH | DESK),
    "phoneperformer": ("profiles", "phone WHERE account_id = {performer}", BOTH | DESK),
    "messengerperformer": ("profiles", "messenger WHERE account_id = {performer}", BOTH | DESK),
    "siteperformer": ("profiles", "site WHERE account_id = {performer}", BOTH | DESK),
    "phonestranger": ("profiles", "phone WHERE account_id = {stranger}", {Who.STRANGER} | DESK),
    "messengerstranger": ("profiles", "messenger WHERE account_id = {stranger}", {Who.STRANGER} | DESK),
    "phonecustomer": ("profiles", "phone WHERE account_id = {customer}", {Who.CUSTOMER, Who.ADMIN}),
    "emailowner": ("accounts", "email WHERE id = {owner}", BOTH | DESK),
    "emailperformer": ("accounts", "email WHERE id = {performer}", BOTH | DESK),
    "emailstranger": ("accounts", "email WHERE id = {stranger}", {Who.STRANGER, Who.ADMIN}),
    # Performers tell everybody about themselves; what others wrote there is for those who mend it.
    "aboutcustomer": ("profiles", "about WHERE account_id = {customer}", {Who.CUSTOMER, Who.ADMIN}),
    # What nobody is ever shown.
    "passwordowner": ("accounts", "password WHERE id = {owner}", NOBODY),
    "uniquifierspare": ("accounts", "fs_uniquifier WHERE id = {spare}", NOBODY),
    "tokenofadevice": ("account_sessions", "token WHERE id = {device}", NOBODY),
    # What happens to people is between them and the admins.
    "agentofadevice": ("account_sessions", "user_agent WHERE id = {device}", {Who.ADMIN}),
    "addressofadevice": ("account_sessions", "address WHERE id = {device}", {Who.PERFORMER, Who.ADMIN}),
    "reasonofblock": ("accounts", "block_reason WHERE id = {blocked}", {Who.ADMIN}),
    # Orders: open ones for everybody, others for their people and staff.
    "titleopen": ("orders", "title WHERE id = {open}", EVERYBODY),
    "textopen": ("orders", "description WHERE id = {open}", EVERYBODY),
    "titletaken": ("orders", "title WHERE id = {in_progress}", BOTH | DESK),
    "texttaken": ("orders", "description WHERE id = {in_progress}", BOTH | DESK),
    "titlecompleted": ("orders", "title WHERE id = {completed}", BOTH | DESK),
    "titlecancelled": ("orders", "title WHERE id = {cancelled}", BOTH | DESK),
    "texthidden": ("orders", "description WHERE id = {hidden}", {Who.OWNER} | DESK),
    "titlehiddentaken": ("orders", "title WHERE id = {hidden_taken}", BOTH | DESK),
    "textrated": ("orders", "description WHERE id = {rated}", BOTH | DESK),
    # A review is public, with the title of its order.
    "titlerated": ("orders", "title WHERE id = {rated}", EVERYBODY),
    "reviewtext": ("reviews", "text WHERE order_id = {rated}", EVERYBODY),
    # Reasons: for the two sides and staff.
    "noteopen": ("order_events", "note WHERE order_id = {open} AND from_status = 'in_progress'", BOTH | DESK),
    "notecancelled": ("order_events", "note WHERE order_id = {cancelled} AND to_status = 'cancelled'", BOTH | DESK),
    # What is said, sent and offered: for the two sides and staff, an offer for its performer and the customer.
    "commentsecret": ("comments", "text WHERE id = {comment}", BOTH | DESK),
    "filesecret": ("attachments", "name WHERE id = {file}", BOTH | DESK),
    "storedsecret": ("attachments", "stored_name WHERE id = {file_spare}", NOBODY),
    "offersecret": ("offers", "message WHERE id = {offer}", BOTH | DESK),
    "titlequoting": ("orders", "title WHERE id = {quoting}", EVERYBODY),
    "filtersecret": ("saved_filters", "name WHERE id = {filter}", {Who.MANAGER}),
    # The desk's own.
    "loadsource": ("catalog_loads", "source WHERE id = {load}", {Who.MANAGER, Who.ADMIN}),
    "loadsecret": ("catalog_loads", "error WHERE id = {load}", {Who.MANAGER, Who.ADMIN}),
    "productgone": ("products", "name WHERE id = {product_gone}", {Who.MANAGER, Who.ADMIN}),
    "auditsecret": ("audit_entries", "after WHERE action = 'block'", {Who.ADMIN}),
}
"""For each secret: the table, the column with its row, and everybody who may find it."""

HISTORY = ("order_events", "audit_entries")


def plant(town: Town, connection: Connection, secrets: dict[str, tuple[str, str, set[Who]]]) -> None:
    """Writes the secrets where no service would."""
    for table in HISTORY:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for secret, (table, column_and_row, _who) in secrets.items():
        column, row = town.path(column_and_row).split(" ", 1)
        value = {"email": f"'{secret}@example.com'", "after": f"""'{{"reason": "{secret}"}}'"""}.get(
            column, f"'{secret}'"
        )
        done = connection.execute(text(f"UPDATE {table} SET {column} = {value} {row}"))
        assert done.rowcount == 1, secret
    for table in HISTORY:
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def found_by(
    town: Town, connection: Connection, secrets: dict[str, tuple[str, str, set[Who]]], *, admin_too: bool = True
) -> dict[str, set[Who]]:
    """Who finds each secret on some page or in some file."""
    plant(town, connection, secrets)
    finders: dict[str, set[Who]] = {secret: set() for secret in secrets}
    for who in Who:
        for _address, answer in pages(town, who, admin_too=admin_too):
            # Pictures are answers too.
            said = answer.get_data().decode("utf-8", "replace")
            for secret in secrets:
                if secret in said:
                    finders[secret].add(who)
    return finders


def test_a_secret_is_found_by_those_whom_it_concerns_and_by_nobody_else(
    town: Town, figure: Callable[[str], None]
) -> None:
    with town.undone() as connection:
        finders = found_by(town, connection, SECRETS)
    leaks = {secret: sorted(finders[secret] - may) for secret, (_, _, may) in SECRETS.items() if finders[secret] - may}
    lost = {secret: sorted(may - finders[secret]) for secret, (_, _, may) in SECRETS.items() if may - finders[secret]}
    assert leaks == {}
    assert lost == {}, "a secret that nobody finds proves nothing of those who do not"
    figure(f"P15: {len(leaks)} leaks of {len(SECRETS) * len(Who)} (secret, visitor)")


@pytest.mark.parametrize("hidden", ["the order", "the review"])
def test_what_a_moderator_hides_is_for_its_people_and_staff(town: Town, hidden: str) -> None:
    secrets = {
        "titlerated": ("orders", "title WHERE id = {rated}", BOTH | DESK),
        "reviewtext": ("reviews", "text WHERE order_id = {rated}", EVERYBODY if hidden == "the order" else DESK),
    }
    with town.undone() as connection:
        if hidden == "the order":
            connection.execute(text(town.path("UPDATE orders SET hidden_at = now() WHERE id = {rated}")))
        else:
            connection.execute(text(town.path("UPDATE reviews SET hidden_at = now() WHERE order_id = {rated}")))
        finders = found_by(town, connection, secrets, admin_too=False)
    assert finders == {secret: may for secret, (_, _, may) in secrets.items()}


def test_a_hidden_review_is_not_answered(town: Town) -> None:
    with town.undone() as connection:
        connection.execute(text(town.path("UPDATE reviews SET hidden_at = now() WHERE order_id = {rated}")))
        before = town.trace(connection)
        for method in ("GET", "POST"):
            answer = town.ask(Who.PERFORMER, method, town.path("/orders/{rated}/answer"), {"answer": "Thank you"})
            assert answer.status_code == 409
            assert "hidden this review" in answer.text
        assert "/answer" not in town.ask(Who.PERFORMER, "GET", town.path("/orders/{rated}")).text
        assert town.trace(connection) == before


def test_a_search_finds_no_secret_that_its_page_does_not_show(town: Town) -> None:
    # The words of the question come back in the field; what is found is counted by its links.
    with town.undone() as connection:
        plant(town, connection, SECRETS)
        for who in (Who.ANONYMOUS, Who.STRANGER, Who.OBSERVER):
            browser = town.browser(who)
            for secret, (_, _, may) in SECRETS.items():
                for search in SEARCHES[:2]:
                    page = browser.get(search.format(secret)).text
                    hits = page.count('class="stretched-link"')
                    expected = search.startswith("/board") and secret in ("titleopen", "textopen", "titlequoting")
                    assert hits == expected, (who, search, secret, may)


def test_an_order_that_is_not_open_to_somebody_answers_like_one_that_does_not_exist(town: Town) -> None:
    for who in (Who.ANONYMOUS, Who.CUSTOMER, Who.STRANGER):
        missing = town.ask(who, "GET", "/orders/999999999")
        for state in ("in_progress", "completed", "rated", "cancelled", "hidden", "hidden_taken"):
            closed = town.ask(who, "GET", town.path(f"/orders/{{{state}}}"))
            assert closed.status_code == missing.status_code == 404
            assert strip(closed.text) == strip(missing.text)


def strip(page: str) -> str:
    """The page without what differs from request to request: the id, the token, the moment, and the address."""
    lines = [
        line for line in page.splitlines() if not any(part in line for part in ("csrf_token", "<code", "data-since"))
    ]
    return "\n".join(line for line in lines if "/orders/" not in line and 'value="' not in line)
