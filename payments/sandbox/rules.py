"""Rules of Stripe's that its types do not say: lengths, counts, and what this sandbox offers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_METADATA_PAIRS = 50
_METADATA_NAME = 40
_METADATA_VALUE = 500
_URL = 5_000
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s.]+")


def check_offered(params: Mapping[str, Any], offered: Collection[str], *, inside: str = "") -> None:
    """Refuse a parameter that Stripe knows and the sandbox would ignore.

    Raises:
        InvalidRequest: it is not among `offered`.
    """
    for name in params:
        if name not in offered:
            param = f"{inside}[{name}]" if inside else name
            raise InvalidRequest(f"The sandbox does not offer the parameter {param}.", param=param)


def metadata(value: Mapping[str, str] | str | None, *, param: str = "metadata") -> dict[str, str]:
    """Return checked metadata; pairs with an empty value are left out, as at Stripe.

    Raises:
        InvalidRequest: too many pairs, or too long ones.
    """
    pairs = {} if not value or isinstance(value, str) else dict(value)
    if len(pairs) > _METADATA_PAIRS:
        raise InvalidRequest(f"Metadata may have at most {_METADATA_PAIRS} keys.", param=param)
    for name, text in pairs.items():
        check_length(name, _METADATA_NAME, param=f"{param}[{name}]")
        check_length(text, _METADATA_VALUE, param=f"{param}[{name}]")
    return {name: text for name, text in pairs.items() if text}


def check_length(text: str, most: int, *, param: str) -> None:
    """Check a text against the longest that Stripe stores, in characters.

    Raises:
        InvalidRequest: it is longer.
    """
    if len(text) > most:
        raise InvalidRequest(f"Invalid {param}: must be at most {most} characters.", param=param)


def check_email(address: str, *, param: str) -> None:
    """Check that a text looks like an e-mail address.

    Raises:
        InvalidRequest: it does not.
    """
    if not _EMAIL.fullmatch(address):
        raise InvalidRequest(f"Invalid email address: {address}", code="email_invalid", param=param)


def check_url(url: str, *, param: str) -> None:
    """Check that a browser can be sent to an address.

    Raises:
        InvalidRequest: not an absolute http address, or too long.
    """
    check_length(url, _URL, param=param)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(c <= " " for c in url):
        raise InvalidRequest(message="Not a valid URL", code="url_invalid", param=param)


def check_required(params: Mapping[str, Any], *names: str, inside: str = "") -> None:
    """Check for parameters that the types allow to be missing and this call needs.

    Raises:
        InvalidRequest: one is missing.
    """
    for name in names:
        if name not in params:
            param = f"{inside}[{name}]" if inside else name
            raise InvalidRequest(
                f"Missing required param: {param}.", code="parameter_missing", param=param
            )
