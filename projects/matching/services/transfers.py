"""Moving money from the pot of one funder of a programme to that of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.ledger.services import BalanceExceeded, IdempotencyConflict, PostedEntry, post
from projects.matching import engine
from projects.matching.models import PotTransfer, Programme
from projects.matching.services import again, books
from projects.matching.services.programmes import SENT_ALREADY, ProgrammeRefused

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money


TOO_SMALL = gettext_lazy("This pot has less than that to give away.")


class TransferRefused(ProgrammeRefused):
    """Money cannot be moved between these pots. The message is for the agency."""


class PotTooSmall(TransferRefused):
    """The pot has less free than is to be moved; what is promised stays."""


@transaction.atomic
def transfer_between_pots(  # noqa: PLR0913  A transfer has that many facts.
    *,
    programme_id: str,
    source_layer: str,
    target_layer: str,
    amount: Money,
    by: str,
    idempotency_key: str,
    now: datetime,
) -> PostedEntry:
    """Move what is free in one pot of a programme to another of it; the same key moves it once.

    What is held, committed or earned stays where it is. Who waits in line is looked at again.

    Raises:
        TransferRefused: one pot only, no such pot, another currency, no amount, or nobody's order.
        PotTooSmall: the pot has less free.
    """
    (programme,) = engine.locked([programme_id]) or [Programme.objects.get(pk=programme_id)]
    refuse_wrong(programme, {source_layer, target_layer}, amount, by)
    entry = books.transfer(
        programme_id,
        source_layer=source_layer,
        target_layer=target_layer,
        minor=amount.minor,
        currency=amount.currency,
        key=f"pot_transfer:{programme_id}:{idempotency_key}",
        at=now,
    )
    try:
        (posted,) = post([entry])
    except IdempotencyConflict as sent:
        raise TransferRefused(str(SENT_ALREADY)) from sent
    except BalanceExceeded as refusal:
        raise PotTooSmall(str(TOO_SMALL)) from refusal
    if posted.created:
        PotTransfer.objects.create(
            programme=programme,
            source_layer=source_layer,
            target_layer=target_layer,
            minor=amount.minor,
            ledger_key=entry.idempotency_key,
            moved_by=by,
            moved_at=now,
        )
        again.serve_waiting(programme, now=now)
    return posted


def refuse_wrong(programme: Programme, layers: set[str], amount: Money, by: str) -> None:
    """Refuse an order that could never be carried out.

    Raises:
        TransferRefused: says why.
    """
    latest = programme.versions.order_by("-number").first()
    known = {layer.id for layer in latest.rule.layers} if latest else set()
    if not by.strip():
        raise TransferRefused(_("Say who moves the money."))
    if len(layers) == 1:
        raise TransferRefused(_("Money moves from one pot to another one."))
    if not layers <= known:
        raise TransferRefused(
            _("This programme has no such funder: %(layer)s.")
            % {"layer": ", ".join(sorted(layers - known))}
        )
    if programme.currency != amount.currency or amount.minor <= 0:
        raise TransferRefused(
            _("A pot takes amounts above zero in %(currency)s.") % {"currency": programme.currency}
        )
