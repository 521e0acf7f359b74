"""The header that gives a file its name on the other side."""

from __future__ import annotations

import re
from urllib.parse import quote

_SAFE = "!#$&+-.^_`|~"
"""What RFC 5987 lets stand besides letters and digits."""


def attachment_header(name: str) -> str:
    """`attachment` with the name in UTF-8 (RFC 6266), and in ASCII for those who read nothing newer."""
    plain = re.sub(r"[^A-Za-z0-9 ._()+-]+", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_SAFE)}"
