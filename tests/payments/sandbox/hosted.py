"""The hosted page as a browser without JavaScript meets it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from payments.sandbox.server import Running


VALID = {"number": "4242424242424242", "expiry": "12/40", "cvc": "123"}


def post(url: str, **fields: str) -> requests.Response:
    return requests.post(url, data=fields, allow_redirects=False, timeout=10)


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, allow_redirects=False, timeout=10)


def errors(page: requests.Response) -> dict[str, str]:
    found = re.findall(r'id="(\w+)-error">([^<]+)<', page.text)
    return dict(found)


def charges(sandbox: Running) -> int:
    return len(sandbox.world.store.every("charge"))
