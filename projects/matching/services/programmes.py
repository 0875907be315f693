"""Publishing the terms of a programme and putting money into its pot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.ledger.services import Entry, IdempotencyConflict, PostedEntry, Posting, post
from projects.matching import documents, engine, rules
from projects.matching.models import Programme, ProgrammeVersion
from projects.matching.services import again, extending

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money


_BRING_IN = """
    SELECT set_config('weft.loaded_terms',
        concat_ws(' ', current_setting('weft.loaded_terms', true), %s), true)
"""
SENT_ALREADY = gettext_lazy("This was sent before with another amount. Look at the pots first.")


class ProgrammeRefused(Exception):
    """A programme cannot be changed in this way. The message is for the agency."""


@transaction.atomic
def publish_programme(
    *, document: dict[str, object], agency_id: UUID, now: datetime, published_by: str | None = None
) -> ProgrammeVersion:
    """Make a document the terms of its programme from now on. The same document changes nothing.

    What was allocated before keeps the terms of its time. `published_by` names who did, in words,
    the second of two people (`drafts`); None: a command brings the terms in.

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
    if latest:
        extending.extend(programme, rule, earlier=latest.rule)
    version = ProgrammeVersion(
        programme=programme,
        number=latest.number + 1 if latest else 1,
        document=document,
        published_at=now,
        published_by=published_by or "",
    )
    if published_by is None:
        bring_in(version)
    version.save(force_insert=True)
    return version


def bring_in(version: ProgrammeVersion) -> None:
    """Tell the database, for this transaction, that no two people publish these terms."""
    with connection.cursor() as cursor:
        cursor.execute(_BRING_IN, [str(version.pk)])


@transaction.atomic
def fund_pot(
    *, programme_id: str, amount: Money, idempotency_key: str, now: datetime, layer: str = ""
) -> PostedEntry:
    """Put a funder's money into the pot of a programme; the same key puts it in once.

    `layer` names the funder where a programme has several. Who waits in line is looked at again.

    Raises:
        ProgrammeRefused: another currency than the programme's, no amount, or no such layer.
    """
    (programme,) = engine.locked([programme_id]) or [Programme.objects.get(pk=programme_id)]
    if programme.currency != amount.currency or amount.minor <= 0:
        raise ProgrammeRefused(
            _("A pot takes amounts above zero in %(currency)s.") % {"currency": programme.currency}
        )
    _refuse_unknown_layer(programme, layer)
    named = f"{rules.pot_name(programme_id, layer)}:{idempotency_key}"
    entry = Entry(
        kind="pot_funding",
        reference=programme_id,
        idempotency_key=f"pot_funding:{named}",
        occurred_at=now,
        postings=(
            Posting(engine.treasury(programme_id, amount.currency), amount.minor),
            Posting(engine.pot(programme_id, amount.currency, layer), -amount.minor),
        ),
    )
    try:
        (posted,) = post([entry])
    except IdempotencyConflict as sent:
        raise ProgrammeRefused(str(SENT_ALREADY)) from sent
    if posted.created:
        again.serve_waiting(programme, now=now)
    return posted


def _refuse_unknown_layer(programme: Programme, layer: str) -> None:
    """Raise ProgrammeRefused for a layer that no version of the programme has."""
    versions = programme.versions.order_by("-number")
    if not any(each.id == layer for version in versions for each in version.rule.layers):
        raise ProgrammeRefused(
            _("This programme has no such funder: %(layer)s.") % {"layer": layer}
        )
