"""The generated client, and a site for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from config import ROOT
from tests.api.client.generated import NAME, Generated
from tests.api.living import living_site

# Nothing is run after generating: formatters are another business, and might want the network.
SETTINGS = f"post_hooks: []\npackage_name_override: {NAME}\nproject_name_override: {NAME}\n"


@pytest.fixture(scope="package")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """What the generator makes of docs/openapi.json, and what it says to it."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "settings.yml").write_text(SETTINGS)
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate"),
            *("--path", str(ROOT / "docs/openapi.json"), "--output-path", str(folder / NAME)),
            *("--config", str(folder / "settings.yml"), "--meta", "none"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    sys.path.insert(0, str(folder))
    try:
        yield Generated(folder / NAME, made.stdout + made.stderr)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
            del sys.modules[name]


@pytest.fixture(scope="package")
def address(fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site listens."""
    with living_site(fresh_database(), tmp_path_factory.mktemp("site")) as address:
        yield address
