"""Writes requirements.txt and requirements-dev.txt: every version and hash, for every platform, no index address."""

import shutil
import subprocess
import sys

OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
# The files must not say from which index they were made.
OPTIONS += ["--no-header", "--no-emit-index-url", "--no-emit-find-links"]


def main() -> int:
    uv = shutil.which("uv")
    if uv is None:
        # The tool that writes the locks cannot be in them; its version changes nothing in the product.
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
        uv = f"{sys.prefix}/bin/uv"
    for name in ("requirements", "requirements-dev"):
        command = [uv, "pip", "compile", "--quiet", *OPTIONS, f"{name}.in", "-o", f"{name}.txt"]
        done = subprocess.run(command, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
