"""Lists in JSON: found at any depth, with fields by the names that Russian and English give them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from marketplace.catalog.errors import BadSelector, TooComplexSource
from seed.catalog.items import MOST_ITEMS, Item, resolved
from seed.catalog.selecting import LIST
from seed.catalog.shape import MOST_VALUES, load_json, words

SYNONYMS = {
    "name": """
        name title headline caption product_name full_name fullname display_name label
        наименование название имя заголовок товар
    """,
    "price": """
        price sale_price final_price current_price price_rub cost amount sum цена стоимость prices offers variants
    """,
    "description": """
        description body_html content_html content_text content body text summary short_description excerpt annotation
        details описание текст анонс характеристики
    """,
    "pictures": """
        images pictures photos gallery image picture photo img thumbnail thumb image_url picture_url cover media
        featured_image фото фотографии картинка картинки изображение изображения
    """,
    "link": "url link permalink href product_url canonical_url web_url ссылка адрес",
    "key": "id sku guid code article product_id uuid artikul артикул код идентификатор",
    "unit": "unit units measure uom единица ед_изм единица_измерения",
}
"""What fields are called, the better names first."""

FIELDS = tuple(SYNONYMS)
AMOUNTS = ["price", "value", "amount", "sale", "current", "final", "min", "lowprice", "low_price", "цена", "rub"]
ADDRESSES = ["src", "url", "href", "original", "full", "large", "link"]
LETTERS = ("rendered", "value", "text", "ru", "en", "name", "title")
BREAKS = re.compile(r"[\s\-.]+")
HUMP = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")


class Entry(BaseModel):
    """One object of a list, as far as it can be an item."""

    model_config = ConfigDict(extra="ignore")

    name: str = ""
    price: str = ""
    description: str = ""
    pictures: list[str] = Field(default_factory=list)
    link: str = ""
    key: str = ""
    unit: str = ""

    @field_validator("name", "description", "link", "key", "unit", mode="before")
    @classmethod
    def read_words(cls, value: Any) -> str:
        """Text, a number, or the text inside of {"rendered": …}, {"ru": …}."""
        if isinstance(value, dict):
            value = next((value[name] for name in LETTERS if words(value.get(name))), "")
        elif isinstance(value, list):
            value = "\n".join(filter(None, map(words, value[:50])))
        return words(value)

    @field_validator("price", mode="before")
    @classmethod
    def read_amount(cls, value: Any) -> str:
        """A number, text, or the first amount inside of what describes a price."""
        return _amount(value)

    @field_validator("pictures", mode="before")
    @classmethod
    def read_pictures(cls, value: Any) -> list[str]:
        """One address, several, or objects that have one each."""
        return list(_addresses(value))


def read_list(text: str, url: str = "", mapping: Mapping[str, str] | None = None) -> list[Item]:
    """The items of the list in JSON from `url`. `mapping` says where fields stand. Raises SourceRefused."""
    value = load_json(text)
    where = mapping or {}
    entries = _at(value, where[LIST]) if LIST in where else _best_group(value, where)
    if not isinstance(entries, list):
        raise BadSelector(text=f"{LIST}={where.get(LIST, '')}")
    return [_item(entry, where, url).bounded() for entry in entries[:MOST_ITEMS]]


def _item(value: Any, where: Mapping[str, str], url: str) -> Item:
    if not isinstance(value, dict):
        return Item(name=words(value), is_item=False)
    fields = _fields(value)
    for field, path in where.items():
        if field != LIST:
            fields["pictures" if field == "image" else field] = _at(value, path)
    try:
        entry = Entry.model_validate(fields)
    except ValidationError:
        return Item(name=words(value.get("name")), is_item=False)
    return Item(
        name=entry.name,
        price=entry.price,
        exact=not isinstance(fields.get("price"), str) or bool(re.fullmatch(r"\d+(\.\d+)?", entry.price)),
        description=entry.description,
        pictures=[resolved(url, picture) for picture in entry.pictures],
        link=resolved(url, entry.link),
        key=entry.key,
        unit=entry.unit,
    )


def _fields(value: dict[str, Any]) -> dict[str, Any]:
    """The fields that the object has under any of their names, the best that says anything."""
    plain = {_plain(key): inner for key, inner in value.items()}
    found: dict[str, Any] = {}
    for field, names in SYNONYMS.items():
        for name in names.split():
            inner = plain.get(name)
            if inner not in (None, "", [], {}) and (field != "price" or _amount(inner)):
                found[field] = inner
                break
    return found


def _plain(key: str) -> str:
    """`productName`, `product-name` and `Product Name` are all `product_name`."""
    return BREAKS.sub("_", HUMP.sub("_", key[:60]).strip()).lower()


def _amount(value: Any) -> str:
    waiting = [value]
    for _ in range(60):
        if not waiting:
            break
        here = waiting.pop(0)
        if isinstance(here, list):
            waiting = here[:20] + waiting
        elif isinstance(here, dict):
            minor = here.get("currency_minor_unit")
            said = words(here.get("price"))
            if isinstance(minor, int) and 0 < minor < 5 and said.isdigit():
                # Some shops count in kopecks, and say so.
                return f"{said[:-minor] or '0'}.{said[-minor:].zfill(minor)}"
            plain = {_plain(key): inner for key, inner in here.items()}
            currency = words(plain.get("currency") or plain.get("currency_code") or plain.get("валюта"))
            amount = next((words(plain[name]) for name in AMOUNTS if words(plain.get(name))), "")
            if amount:
                return f"{amount} {currency}".strip()
            waiting += [inner for inner in plain.values() if isinstance(inner, dict)]
        elif words(here):
            return words(here)
    return ""


def _addresses(value: Any) -> Iterator[str]:
    waiting = [value]
    for _ in range(60):
        if not waiting:
            break
        here = waiting.pop(0)
        if isinstance(here, str):
            yield here
        elif isinstance(here, list):
            waiting = here[:20] + waiting
        elif isinstance(here, dict):
            waiting.insert(0, next((here[name] for name in ADDRESSES if isinstance(here.get(name), str)), None))


def _at(value: Any, path: str) -> Any:
    """What stands at `cost.value` or `photos.0.src`; None when nothing does. A lone `.` is the value itself."""
    here = value
    for step in filter(None, path.split(".")):
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and step.isascii() and step.isdigit() and len(step) < 6:
            here = here[int(step)] if int(step) < len(here) else None
        else:
            return None
    return here


def _best_group(value: Any, where: Mapping[str, str]) -> list[Any]:
    """The entries of all lists in one kind of place ("catalog[].items[]") that look most like items.

    A single object that is an item is a list of one.
    """
    groups: dict[str, list[Any]] = {}
    waiting: list[tuple[str, Any]] = [("", value)]
    count = 0
    while waiting:
        path, here = waiting.pop()
        count += 1
        if count > MOST_VALUES:
            raise TooComplexSource
        if isinstance(here, list):
            groups.setdefault(path, []).extend(here)
            waiting += [(f"{path}[]", inner) for inner in reversed(here) if isinstance(inner, dict | list)]
        elif isinstance(here, dict):
            inner_objects = [inner for inner in here.values() if isinstance(inner, dict)]
            if len(inner_objects) > 2 and len(inner_objects) == len(here):
                # {"101": {…}, "102": {…}}: a list with numbers for names.
                groups.setdefault(f"{path}{{}}", []).extend(inner_objects)
            waiting += [
                (f"{path}.{key}", inner) for key, inner in reversed(here.items()) if isinstance(inner, dict | list)
            ]
    best = max(groups.values(), key=lambda entries: _looks(entries, where), default=[])
    if not _looks(best, where) and isinstance(value, dict) and _looks([value], where):
        return [value]
    return best if _looks(best, where) else []


def _looks(entries: list[Any], where: Mapping[str, str]) -> float:
    """How much the entries look like items: names first, prices and the rest on top."""
    total = 0.0
    for entry in entries[:MOST_ITEMS]:
        if isinstance(entry, dict):
            fields = set(_fields(entry)) | {field for field, path in where.items() if _at(entry, path) is not None}
            if "name" in fields:
                total += 1 + 3 * ("price" in fields) + len(fields & {"description", "pictures", "image", "link"})
    return total
