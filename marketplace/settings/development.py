"""The demonstration: what `make run` starts. No debug pages, no service needed, no money moves."""

from __future__ import annotations

from marketplace.settings.base import *  # noqa: F403
from marketplace.settings.base import env

WEFT_MODE = "demo"
DEBUG = env.bool("DEBUG", default=False)
