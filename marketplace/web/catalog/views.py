"""Routes of the products that everybody may look at: the list, one product, its pictures, a search for scripts."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.catalog import policies, queries
from marketplace.catalog.errors import NoSuchProduct
from marketplace.catalog.queries import ProductCard, ProductPage
from marketplace.core.text import one_line
from marketplace.orders.policies import may_post, may_post_for_others
from marketplace.web.catalog.blueprint import blueprint
from marketplace.web.catalog.forms import MAX_WORDS, ProductFilterForm
from marketplace.web.filters import money
from marketplace.web.language import time_zone
from marketplace.web.viewer import viewer

FILTERS = ("q", "category", "price_from", "price_to", "with_pictures", "hidden")
NOTHING = ProductPage(items=[], next_cursor=None, is_first=True, number=0, capped=False)
MOST_SUGGESTIONS = 50


@blueprint.get("/products")
def product_list() -> ResponseReturnValue:
    """The catalogue, newest first, as the address filters it; anybody may look."""
    form = ProductFilterForm(request.args)
    form.offer(queries.active_categories())
    is_keeper = policies.may_edit_products(viewer())
    fine = form.validate()
    page = queries.products_page(form.wanted(sees_hidden=is_keeper), form.cursor.data or None) if fine else NOTHING
    return render_template(
        "catalog/product_list.html",
        form=form,
        page=page,
        filters={name: request.args[name] for name in FILTERS if request.args.get(name)},
        is_keeper=is_keeper,
    ), 200 if fine else 422


@blueprint.get("/products/search.json")
def product_search() -> ResponseReturnValue:
    """Products on sale for whoever types their names: {"items": [{id, name, unit, price, price_text, …}]}."""
    words = one_line(request.args.get("q"))[:MAX_WORDS]
    limit = request.args.get("limit", 20, type=int)
    found = queries.product_suggestions(words, min(max(limit, 1), MOST_SUGGESTIONS))
    return jsonify(items=[suggestion(card) for card in found])


def suggestion(card: ProductCard) -> dict[str, object]:
    """What a script learns of a product: `price` to reckon with, `price_text` to show, `thumb` an address or null."""
    thumb = None if card.digest is None else url_for("catalog.picture", digest=card.digest, size="thumb")
    return {
        "id": card.id,
        "name": card.name,
        "unit": card.unit,
        "price": f"{card.price:.2f}",
        "price_text": money(card.price),
        "url": url_for("catalog.product_show", product_id=card.id),
        "thumb": thumb,
        "description": one_line(card.description),
    }


@blueprint.get("/products/<id:product_id>")
def product_show(product_id: int) -> ResponseReturnValue:
    """One product; what is off sale does not exist for those who do not keep the catalogue."""
    product = queries.get_product(product_id)
    user = viewer()
    if not policies.may_see_product(user, product):
        raise NoSuchProduct
    return render_template(
        "catalog/product_show.html",
        product=product,
        prices=queries.price_history(product_id),
        source=urlsplit(product.source_url).hostname if product.source_url else None,
        priced_on=product.priced_at.astimezone(time_zone()).date(),
        may_order=product.is_active and (may_post(user) or may_post_for_others(user)),
        is_keeper=policies.may_edit_products(user),
    )
