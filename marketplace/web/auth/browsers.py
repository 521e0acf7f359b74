"""What a browser or a program says of itself, in words by which a person recognises it."""

from __future__ import annotations

import re

# The first that occurs wins: most browsers also name those that they imitate.
BROWSERS = (
    ("YaBrowser/", "Yandex Browser"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """ "Firefox · Windows"; "" when it does not say anything that we know."""
    names = [next((name for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in names if name)


# The name in front of the first version, as RFC 9110 has it; no longer than anybody would recognise.
PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")


def program_name(user_agent: str) -> str:
    """ "python-requests"; of a browser that asks as a program what a device is called; "" when it says nothing."""
    known = device_name(user_agent)
    product = PRODUCT.match(user_agent)
    return known or (product[0] if product else "")
