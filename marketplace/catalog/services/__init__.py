"""What people do with the catalogue. Every act locks, asks who may, changes, and flushes; the door commits."""

from marketplace.catalog.services.categories import (
    CATEGORY_FIELDS,
    create_category,
    edit_category,
    require_category_keeper,
)
from marketplace.catalog.services.loading import save_loaded_product
from marketplace.catalog.services.loads import begin_load, fail_load, finish_load, note_progress, start_load
from marketplace.catalog.services.pictures import add_pictures, forget_picture, move_picture, remove_picture
from marketplace.catalog.services.products import create_product, edit_product, hide_product, show_product
from marketplace.catalog.services.specialties import set_specialties

__all__ = [
    "CATEGORY_FIELDS",
    "add_pictures",
    "begin_load",
    "create_category",
    "create_product",
    "edit_category",
    "edit_product",
    "fail_load",
    "finish_load",
    "forget_picture",
    "hide_product",
    "move_picture",
    "note_progress",
    "remove_picture",
    "require_category_keeper",
    "save_loaded_product",
    "set_specialties",
    "show_product",
    "start_load",
]
