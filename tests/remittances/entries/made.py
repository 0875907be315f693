"""Entries and their evidence made up for one question."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from remittances.entries import evidence, services
from remittances.entries.terms import Facts
from tests.make import accounts

if TYPE_CHECKING:
    from marketplace.accounts.models import User
    from remittances.models import PriceEntry, PriceEvidence

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FACTS = Facts(
    origin="DEU",
    destination="KEN",
    firm="Kestrel Pay",
    provider_type="Money Transfer Operator",
    pay_in="Cash",
    pay_out="Mobile wallet",
    speed="Same day",
    currency="EUR",
    payout_currency="KES",
    amount_1=Decimal("150.00"),
    fee_1=Decimal("3.00"),
    amount_2=Decimal("400.00"),
    fee_2=Decimal("4.00"),
    rate=Decimal(147),
    reference=None,
    collected_on=date(2026, 11, 23),
    transparent=True,
    promotion=False,
    note="Seen at the counter.",
)


def picture(kind: str = "PNG", *, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:  # noqa: ANN401
    out = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def document(inside: bytes = b"<< /Type /Catalog >>", *, packed: bytes = b"") -> bytes:
    """Return a PDF of one object, and one compressed stream where there is something to pack."""
    body = b"%PDF-1.7\n1 0 obj\n" + inside + b"\nendobj\n"
    if packed:
        squeezed = zlib.compress(packed)
        body += (
            b"2 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + squeezed + b"\nendstream\nendobj\n"
        )
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def kept(by: User) -> PriceEvidence:
    clean = evidence.clean(picture(), name="counter.png")
    return services.keep_evidence(clean=clean, by=by.pk, now=NOW)


def draft(by: User | None = None, *, facts: Facts = FACTS) -> PriceEntry:
    person = by or accounts.user(name="Amina Amt")
    proof = kept(person)
    return services.save_draft(facts=facts, evidence_id=proof.pk, by=person.pk, now=NOW)


def waiting(by: User | None = None, *, facts: Facts = FACTS) -> PriceEntry:
    entry = draft(by, facts=facts)
    return services.send_entry(entry_id=entry.pk, by=entry.entered_by_id, now=NOW)
