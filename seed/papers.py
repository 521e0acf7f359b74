"""Files that the named customer has added to her orders, so that there is something to open."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.services.talking import attach_to_order
from marketplace.orders.states import Status
from marketplace.threads.services.attachments import Upload, file_folder, stored

PICTURE = Path(__file__).parent / "samples" / "pictures" / "laptop-sky.png"
WITH_PAPERS = (Status.QUOTED, Status.IN_PROGRESS)
SOON = timedelta(minutes=10)


def add_papers(customer: Account) -> None:
    """A brief and a picture for the newest managed order in each state where others work from them; only flushes."""
    folder = file_folder(current_app.config["MEDIA_PATH"])
    for status in WITH_PAPERS:
        order = db.session.scalar(
            select(Order)
            .where(Order.customer_id == customer.id, Order.status == status, Order.manager_id.is_not(None))
            .order_by(Order.id.desc())
            .limit(1)
        )
        if order is None:
            continue
        last = db.session.scalar(select(func.max(OrderEvent.at)).where(OrderEvent.order_id == order.id))
        brief = f"{order.title}\n\n{order.description}\n".encode()
        uploads = [
            Upload("Техническое задание.txt", BytesIO(brief)),
            Upload("Иллюстрация.png", BytesIO(PICTURE.read_bytes())),
        ]
        with (
            clock.fixed(min(clock.now(), (last or order.created_at) + SOON)),
            stored(uploads, folder) as files,
        ):
            attach_to_order(order.id, files, by=customer)
