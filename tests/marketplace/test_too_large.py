"""A page for who sends too much: in their language, and with a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.parametrize(("language", "turned"), [("en", "ltr"), ("ar", "rtl")])
def test_who_sends_too_much_gets_a_page_and_a_way_on(
    client: Client, language: str, turned: str
) -> None:
    answer = client.post(
        f"/{language}/receipts/", "x" * (1024 * 1024 + 1), content_type="text/plain"
    )

    page = answer.content.decode()
    assert answer.status_code == 413
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}" dir="{turned}"' in page
    assert page.count("<main") == page.count("<h1") == 1
    assert f'href="/{language}/"' in page
