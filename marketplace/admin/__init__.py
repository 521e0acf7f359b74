"""The admin pages: Flask-Admin's lists and forms in the site's own layout, open to admins only."""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin
from flask_babel import lazy_gettext as _l

from marketplace.accounts.models import Account, AuditEntry, Profile
from marketplace.admin.accounts import AccountView
from marketplace.admin.categories import CategoryView
from marketplace.admin.comments import AttachmentView, CommentView
from marketplace.admin.dashboard import DashboardView
from marketplace.admin.offers import OfferView
from marketplace.admin.orders import OrderView
from marketplace.admin.products import ProductView
from marketplace.admin.profiles import ProfileView
from marketplace.admin.reviews import ReviewView
from marketplace.admin.trails import AuditView, HistoryView, action_words, subject_words
from marketplace.catalog.models import Category, Product
from marketplace.core.db import db
from marketplace.orders.models import Offer, Order, OrderEvent, Review
from marketplace.threads.models import Attachment, Comment
from marketplace.web import guards


def init_app(app: Flask) -> None:
    """Adds the admin pages and closes each of them to everybody else."""
    pages = Admin(app, index_view=DashboardView(name=_l("Overview"), endpoint="admin", url="/admin"))
    pages.add_views(
        AccountView(Account, db, _l("People"), endpoint="admin_accounts", url="accounts"),
        ProfileView(Profile, db, _l("Profiles"), endpoint="admin_profiles", url="profiles"),
        CategoryView(Category, db, _l("Categories"), endpoint="admin_categories", url="categories"),
        ProductView(Product, db, _l("Products"), endpoint="admin_products", url="products"),
        OrderView(Order, db, _l("Orders"), endpoint="admin_orders", url="orders"),
        OfferView(Offer, db, _l("Offers"), endpoint="admin_offers", url="offers"),
        CommentView(Comment, db, _l("Comments"), endpoint="admin_comments", url="comments"),
        AttachmentView(Attachment, db, _l("Files"), endpoint="admin_files", url="files"),
        ReviewView(Review, db, _l("Reviews"), endpoint="admin_reviews", url="reviews"),
        HistoryView(OrderEvent, db, _l("History"), endpoint="admin_history", url="history"),
        AuditView(AuditEntry, db, _l("Audit trail"), endpoint="admin_audit", url="audit"),
    )
    app.jinja_env.filters.update(audit_action=action_words, audit_subject=subject_words)
    for item in pages.menu():
        # The view checks too: whoever loses this line still meets a closed door.
        guards.declare(item._view.endpoint, guards.ADMINS)
