"""What the environment says, and where this site keeps its state."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

VAR = Path(env.str("WEFT_VAR", "") or BASE_DIR / "var")
PORT = env.int("PORT", 8000)
SANDBOX_PORT = env.int("SANDBOX_PORT", PORT + 1)
SITE_URL = env.str("SITE_URL", "") or f"http://localhost:{PORT}"
DEBUG = False


def kept_secret(name: str, *, prefix: str = "") -> str:
    """Return a secret from the environment, else the one made up at the first start and kept."""
    if given := env.str(name, ""):
        return given
    file = VAR / "secrets" / name.lower()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        mine = file.with_suffix(f".{os.getpid()}")
        mine.touch(mode=0o600)
        mine.write_text(prefix + secrets.token_hex(32))
        with suppress(FileExistsError):  # Somebody else was first: theirs is the secret.
            os.link(mine, file)
        mine.unlink()
    return file.read_text()
