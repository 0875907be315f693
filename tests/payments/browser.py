"""What a person does on the provider's page, without a browser's pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from requests import Response

SUCCEEDS = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"


def pay(page_url: str, *, card: str = SUCCEEDS) -> Response:
    """Fill in a card on the provider's page and press Pay."""
    return requests.post(
        page_url,
        data={"number": card, "expiry": "12/40", "cvc": "123", "action": "pay"},
        allow_redirects=False,
        timeout=10,
    )
