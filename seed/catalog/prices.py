"""Prices as people and machines write them: "1 299,90 руб.", "от 25 BYN", "1.299,00 €", "бесплатно"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
LONGEST = 300
"""Characters that are looked at: a price that starts later is none of this item."""

BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r"), " ")
MARKS = (
    ("BYN", r"byn|byr|бел\.?\s?руб(?:лей|ля|\.)?|б\.\s?р\.|\bbr\b"),
    ("RUB", r"₽|rub|rur|руб(?:лей|ля|ль|\.)?|\bр\.|(?<=\d)\s?р\b"),
    ("EUR", r"€|eur|евро"),
    ("USD", r"\$|usd|долл(?:аров|ара|ар|\.)?"),
    ("KZT", r"₸|kzt|тенге|\bтг\b"),
    ("UAH", r"₴|uah|грн\.?"),
    ("GBP", r"£|gbp"),
    ("PLN", r"zł|pln"),
    ("CNY", r"¥|cny"),
)
MARK = re.compile("|".join(f"(?P<{code}>{pattern})" for code, pattern in MARKS), re.IGNORECASE)
FREE = re.compile(r"\b(бесплатно|даром|free(?: of charge)?|gratis|kostenlos)\b", re.IGNORECASE)
WORD = re.compile(r"(?:цена|стоимость|price|cost|от|from|всего|итого)\s*:?\s*$", re.IGNORECASE)
THOUSANDS = (
    (re.compile(r"\s*(?:тыс\.?|тысяч[аи]?)(?!\w)", re.IGNORECASE), 1000),
    (re.compile(r"\s*(?:млн\.?|миллион(?:ов|а)?)(?!\w)", re.IGNORECASE), 1_000_000),
)
KOPECKS = re.compile(r"\s*(?:руб(?:лей|ля|ль|\.)?|р\.?|₽)\s*(\d{1,2})\s*коп", re.IGNORECASE)

NAMED = re.compile(r"(?:\bцена|\bстоимость|\bprice)\b\s*[:—–-]?\s*(.{1,40})", re.IGNORECASE)
LONE_KOPECKS = re.compile(r"\s*коп", re.IGNORECASE)
LONE_R = re.compile(r"\s?р(?!\w)", re.IGNORECASE)
OTHER_END = re.compile(r"^\s*(?:[-–—…]|до\b|to\b)\s*[0-9][0-9 .,']{0,15}", re.IGNORECASE)
NOT_A_PRICE = re.compile(r"\s?%|:[0-9]")
FREE_OF_SOMETHING = re.compile(r"достав|shipping|delivery|обмен|возврат|return", re.IGNORECASE)

NUMBER = re.compile(
    r"""
    (?<![\d.,])
    (?P<sign>[-\N{MINUS SIGN}]\s?)?
    (?P<number>
        # Groups of three digits between blanks or apostrophes,
        [0-9]{1,3} (?:(?P<gap>[\ '’])[0-9]{3}(?![0-9])) (?:(?P=gap)[0-9]{3}(?![0-9]))* (?:[.,][0-9]{1,2}(?![0-9]))?
        # or digits with points and commas between them. Every step eats a digit: there is no going back.
      | [0-9]+ (?:[.,][0-9]+)*
    )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Price:
    """An amount with two decimals at most, and the currency that stood beside it, if any did. Nothing is converted."""

    amount: Decimal
    currency: str = ""


def read_price(text: str, *, exact: bool = False) -> Price | None:
    """The price that `text` says, the first of a range; None when it says none.

    `exact`: a machine wrote it, so a lone point is a decimal point even before three digits.
    """
    return _price(text, exact=exact, needs_mark=False)


def find_price(text: str) -> Price | None:
    """The first amount of money in running text; a number alone is none."""
    return _price(text, exact=False, needs_mark=True)


def named_price(text: str) -> Price | None:
    """The first amount of money in running text that the words before it call a price."""
    for found in NAMED.finditer(text.translate(BLANKS)):
        price = find_price(found[1])
        if price is not None:
            return price
    return None


def _price(text: str, *, exact: bool, needs_mark: bool) -> Price | None:
    clean = text.translate(BLANKS)
    if not needs_mark:
        clean = clean[:LONGEST]
    clean = clean[:10_000]
    plain: Price | None = None
    named: Price | None = None
    for found in NUMBER.finditer(clean):
        price = _amount(found, clean, exact=exact)
        if price is None:
            continue
        if price.currency:
            return price
        if WORD.search(clean[max(0, found.start() - 20) : found.start()]):
            named = named or price
        plain = plain or price
    if needs_mark:
        return None
    if named or plain:
        return named or plain
    return Price(Decimal(0)) if FREE.search(clean) and not FREE_OF_SOMETHING.search(clean) else None


def _amount(found: re.Match[str], text: str, *, exact: bool) -> Price | None:
    """The amount at this place; None for what is a percentage, is negative or stands inside a word."""
    before, after = text[: found.start()], text[found.end() : found.end() + 40]
    if found["sign"] and not re.search(r"[\w₽$€.)]\s*$", before[-6:]):
        return None
    if NOT_A_PRICE.match(after) or (before[-1:] == ":" and before[-2:-1].isdigit()):
        return None
    if before[-1:].isalpha() and not MARK.search(before[-5:]):
        return None
    amount = _decimal(found["number"], exact=exact)
    if amount is None:
        return None
    for pattern, factor in THOUSANDS:
        scale = pattern.match(after)
        if scale:
            amount *= factor
            after = after[scale.end() :]
    kopecks = KOPECKS.match(after)
    if kopecks:
        amount += Decimal(kopecks[1]) / 100
    elif LONE_KOPECKS.match(after):
        return Price((amount / 100).quantize(CENT, ROUND_HALF_UP), "RUB")
    currency = _mark_beside(before, after)
    if after[:1].isalpha() and not currency:
        # "5V", "12в": a size, not a price.
        return None
    return Price(amount.quantize(CENT, ROUND_HALF_UP), currency)


def _mark_beside(before: str, after: str) -> str:
    """The currency right behind the number, behind the other end of its range, or right before it."""
    if LONE_R.match(after):
        # As a mark it must follow a digit, and this cut has none.
        return "RUB"
    behind = MARK.match(OTHER_END.sub("", after, count=1).lstrip(" ,.-–—"))
    if behind and behind.lastgroup:
        return behind.lastgroup
    ahead = [mark for mark in MARK.finditer(before[-12:]) if not before[-12:][mark.end() :].strip(" .:")]
    return (ahead[-1].lastgroup or "") if ahead else ""


def _decimal(number: str, *, exact: bool) -> Decimal | None:
    """Digits with their separators as a number: the last separator is decimal unless it cuts off groups of three."""
    text = re.sub(r"[ '’]", "", number)
    if len(text) > 20:
        return None
    points, commas = text.count("."), text.count(",")
    if points and commas:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
        text = text.replace("," if decimal == "." else ".", "")
        if text.count(decimal) > 1:
            return None
        text = text.replace(decimal, ".")
    elif points + commas > 1:
        separator = "." if points else ","
        groups = text.split(separator)
        if not all(len(group) == 3 for group in groups[1:]):
            return None
        text = "".join(groups)
    elif points + commas == 1:
        whole, _, rest = text.replace(",", ".").partition(".")
        groups_of_three = len(rest) == 3 and 1 <= len(whole) <= 3 and whole != "0"
        is_decimal = (exact and bool(points)) or not groups_of_three
        text = f"{whole}.{rest}" if is_decimal else whole + rest
    return Decimal(text)
