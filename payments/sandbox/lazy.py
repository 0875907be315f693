"""The one slow import, made when it is first needed so that the sandbox starts at once."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.sandbox.calls import Call
    from payments.sandbox.forms import Value


class Contract(Protocol):
    """What the sandbox uses of `payments.sandbox.contract`."""

    API_VERSION: str

    def read(self, verb: str, path: str, form: Mapping[str, Value]) -> Call: ...


@cache
def contract() -> Contract:
    """Return the request contract, importing the `stripe` package with the first call."""
    return cast("Contract", importlib.import_module("payments.sandbox.contract"))
