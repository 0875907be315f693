"""Passing a project on: plain links, no script and no person in them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class ShareLinks:
    address: str
    whatsapp: str
    sms: str
    mail: str


def share_links(slug: str, *, title: str) -> ShareLinks:
    """Return the links that share a project's page."""
    address = f"{settings.SITE_URL}{reverse('public:project', args=[slug])}"
    words = quote(f"{title} {address}?via=wa", safe="")
    plain = quote(f"{title} {address}", safe="")
    return ShareLinks(
        address=address,
        whatsapp=f"https://wa.me/?text={words}",
        sms=f"sms:?&body={plain}",
        mail=f"mailto:?subject={quote(title, safe='')}&body={plain}",
    )
