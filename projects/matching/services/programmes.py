"""Publishing the terms of a programme and putting money into its pot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey, Entry, PostedEntry, Posting, post
from projects.matching import documents, engine
from projects.matching.models import Programme, ProgrammeVersion

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money


class ProgrammeRefused(Exception):
    """A programme cannot be changed in this way. The message is for the agency."""


@transaction.atomic
def publish_programme(
    *, document: dict[str, object], agency_id: UUID, now: datetime
) -> ProgrammeVersion:
    """Make a document the terms of its programme from now on. The same document changes nothing.

    What was allocated before keeps the terms of its time.

    Raises:
        RuleNotUnderstood: the document is not a rule; says which field and what is allowed.
        ProgrammeRefused: another agency's programme, another currency, or an earlier time.
    """
    rule = documents.read(document)
    Programme.objects.get_or_create(
        pk=rule.programme_id,
        defaults={"agency_id": agency_id, "currency": rule.currency, "created_at": now},
    )
    (programme,) = engine.locked([rule.programme_id])
    latest = programme.versions.order_by("number").last()
    if programme.agency_id != agency_id:
        raise ProgrammeRefused(_("This programme belongs to another agency."))
    if programme.currency != rule.currency:
        raise ProgrammeRefused(_("The currency of a programme never changes."))
    if latest and latest.document == document:
        return latest
    if latest and latest.published_at >= now:
        raise ProgrammeRefused(_("A newer version of this programme is already public."))
    return ProgrammeVersion.objects.create(
        programme=programme,
        number=latest.number + 1 if latest else 1,
        document=document,
        published_at=now,
    )


@transaction.atomic
def fund_pot(
    *, programme_id: str, amount: Money, idempotency_key: str, now: datetime
) -> PostedEntry:
    """Put funders' money into the pot of a programme; the same key puts it in once.

    Raises:
        ProgrammeRefused: another currency than the programme's, or no amount.
    """
    programme = Programme.objects.get(pk=programme_id)
    if programme.currency != amount.currency or amount.minor <= 0:
        raise ProgrammeRefused(
            _("A pot takes amounts above zero in %(currency)s.") % {"currency": programme.currency}
        )
    treasury = AccountKey(
        AccountKind.PROVIDER_CLEARING, f"treasury:{programme_id}", amount.currency
    )
    entry = Entry(
        kind="pot_funding",
        reference=programme_id,
        idempotency_key=f"pot_funding:{programme_id}:{idempotency_key}",
        occurred_at=now,
        postings=(
            Posting(treasury, amount.minor),
            Posting(engine.pot(programme_id, amount.currency), -amount.minor),
        ),
    )
    return post([entry])[0]
