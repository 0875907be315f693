"""Giving a saved card up, here at once and then at the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import gateway, queue
from payments.checkout import CLOCKS_APART
from payments.mandates import moves, saving
from payments.mandates.models import CardCharge, Mandate

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

S = Mandate.State


class ChargeUnderWay(Exception):
    """A saved card that is being charged cannot be given up. The message is fit to be shown."""


@transaction.atomic
def release(*, mandate_id: UUID, now: datetime) -> Mandate:
    """Decide that a card is never charged again, which a worker tells the provider.

    A repeat changes nothing, nor does a release of what has ended.

    Raises:
        ChargeUnderWay: The card is being charged.
    """
    mandate = moves.lock(mandate_id)
    if mandate.state not in Mandate.LIVE:
        return mandate
    charges = CardCharge.objects.filter(mandate=mandate).exclude(state=CardCharge.State.ENDED)
    if charges.exists():
        raise ChargeUnderWay(_("This card is being charged."))
    mandate.email, mandate.due_at = "", now
    moves.move(mandate, S.RELEASED, cause="release", now=now)
    queue.wake_on_commit("mandates.look_again", mandate_id=str(mandate.pk))
    return mandate


def finish_release(mandate: Mandate, now: datetime) -> None:
    """Have the provider give up the card of a released mandate, also one that is saved meanwhile.

    Call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    if mandate.state != S.RELEASED or mandate.forgotten_at is not None:
        return
    if not mandate.method_key and (page_key := mandate.page_key or _lost_page(mandate)):
        setup = saving.closed(page_key)
        mandate = saving.take_in(mandate_id=mandate.pk, setup=setup, now=now)
    if mandate.method_key:
        gateway.cards().forget(mandate.method_key)
    elif not mandate.page_key and _may_have_a_page(mandate, now):
        return
    _forgotten(mandate, now)


def _lost_page(mandate: Mandate) -> str:
    page = saving.find_page(mandate)
    return page.key if page else ""


def _may_have_a_page(mandate: Mandate, now: datetime) -> bool:
    """Say whether a call without an answer may yet turn out to have made a page."""
    return mandate.asked_at is not None and now < saving.open_until(mandate) + CLOCKS_APART


@transaction.atomic
def _forgotten(released: Mandate, now: datetime) -> None:
    """Note that the provider has given the card up, unless another was saved meanwhile."""
    mandate = moves.lock(released.pk)
    if mandate.method_key == released.method_key and mandate.forgotten_at is None:
        mandate.forgotten_at, mandate.due_at = now, None
        mandate.save(update_fields=["forgotten_at", "due_at"])
