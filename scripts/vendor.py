"""Fetches the browser libraries named in the vendor manifest from npm and keeps their hashes honest.

python scripts/vendor.py            compare the files in the tree with the manifest
python scripts/vendor.py fetch      download again, refuse anything whose hash differs
python scripts/vendor.py update     download and write the new hashes (after changing a version in the manifest)
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "marketplace/static/vendor/MANIFEST.json"


class VendorError(Exception):
    """One line that says which file or package is not what the manifest promises."""


@dataclass(frozen=True)
class Package:
    """One npm package at one version, the folder its files lie in, and `path inside the package -> sha256`."""

    name: str
    version: str
    parent: str
    files: dict[str, str]

    @property
    def folder(self) -> Path:
        """The version is part of the folder's name, so a new version is a new address and no cache can be stale."""
        return ROOT / self.parent / f"{self.name}-{self.version}"

    def target(self, inside: str) -> Path:
        return self.folder / PurePosixPath(inside).name


def read_manifest() -> list[Package]:
    listed: list[dict[str, Any]] = json.loads(MANIFEST.read_text("utf-8"))["packages"]
    return [Package(row["package"], row["version"], row["parent"], dict(row["files"])) for row in listed]


def write_manifest(packages: list[Package]) -> None:
    rows = [{"package": p.name, "version": p.version, "parent": p.parent, "files": p.files} for p in packages]
    MANIFEST.write_text(json.dumps({"packages": rows}, indent=2) + "\n", "utf-8")


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def differences(packages: list[Package]) -> list[str]:
    """Every way in which the tree differs from the manifest: missing, changed, and unlisted files."""
    found = []
    for package in packages:
        expected = {package.target(inside): digest for inside, digest in package.files.items()}
        for path, digest in expected.items():
            if not path.is_file():
                found.append(f"missing: {path.relative_to(ROOT)}")
            elif sha256_of(path.read_bytes()) != digest:
                found.append(f"changed: {path.relative_to(ROOT)}")
    known = {package.target(inside) for package in packages for inside in package.files} | {MANIFEST}
    for parent in sorted({package.parent for package in packages}):
        unlisted = (path for path in sorted((ROOT / parent).rglob("*")) if path.is_file() and path not in known)
        found.extend(f"not in the manifest: {path.relative_to(ROOT)}" for path in unlisted)
    return found


def download(package: Package, into: Path) -> dict[str, bytes]:
    """The listed files out of the package's tarball, whose integrity npm itself has checked."""
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError("npm is not installed; it is needed only to fetch, not to run the site")
    wanted = f"{package.name}@{package.version}"
    packed = subprocess.run(
        [npm, "pack", wanted, "--silent", "--pack-destination", str(into)], capture_output=True, text=True, check=False
    )
    if packed.returncode != 0:
        raise VendorError(f"npm could not fetch {wanted}: {packed.stderr.strip().splitlines()[-1:]}")
    contents = {}
    with tarfile.open(into / packed.stdout.strip().splitlines()[-1]) as archive:
        for inside in package.files:
            try:
                member = archive.extractfile(f"package/{inside}")
            except KeyError:
                member = None
            if member is None:
                raise VendorError(f"{wanted} holds no file {inside}")
            contents[inside] = member.read()
    return contents


def fetch(packages: list[Package], *, accept_new: bool) -> list[Package]:
    """Puts the downloaded files in place; without `accept_new` nothing is written when any hash differs."""
    fetched: list[tuple[Package, dict[str, bytes]]] = []
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            contents = download(package, Path(folder))
            hashes = {inside: sha256_of(content) for inside, content in contents.items()}
            changed = [inside for inside, digest in hashes.items() if digest != package.files[inside]]
            if changed and not accept_new:
                raise VendorError(f"{package.name} {package.version}: unexpected content in {', '.join(changed)}")
            fetched.append((Package(package.name, package.version, package.parent, hashes), contents))
    for package, contents in fetched:
        package.folder.mkdir(parents=True, exist_ok=True)
        for inside, content in contents.items():
            package.target(inside).write_bytes(content)
    return [package for package, _ in fetched]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", nargs="?", choices=["check", "fetch", "update"], default="check")
    verb: str = parser.parse_args().verb
    packages = read_manifest()
    try:
        if verb != "check":
            packages = fetch(packages, accept_new=verb == "update")
        if verb == "update":
            write_manifest(packages)
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    found = differences(packages)
    print("\n".join(found) if found else f"{len(packages)} packages are what the manifest says")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
