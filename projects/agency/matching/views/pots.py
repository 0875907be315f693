"""Money into a pot, from one pot to another by two people, and stopping a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.agency.access import actor_id, workspace
from projects.agency.matching import showing
from projects.agency.matching.access import programme_or_404
from projects.agency.matching.forms import ReasonForm
from projects.agency.matching.pot_forms import ProposalForm, TopUpForm, TransferForm
from projects.agency.matching.views.drafts import form_page
from projects.matching import permissions, services
from projects.matching.refusals import NotAllowed
from projects.matching.selectors import drafts as selectors
from projects.matching.selectors.transfers import transfers_of
from projects.matching.services.freezing import (
    FreezeRefused,
    freeze_programme,
    unfreeze_programme,
)
from projects.matching.services.transfer_proposals import (
    confirm_transfer,
    drop_transfer,
    propose_transfer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from projects.matching.models import Programme, TransferProposal
    from projects.matching.selectors.drafts import OwnProgramme

TOP_UP, TRANSFER, FREEZE, UNFREEZE = "top_up", "transfer", "freeze", "unfreeze"
CONFIRM, DROP = "confirm", "drop"
LONGEST_NAME = 160
REFUSALS = (services.ProgrammeRefused, FreezeRefused, NotAllowed)


@form_page
@workspace
def pots(request: HttpRequest, key: str) -> HttpResponse:
    """Show the pots, and do the one thing that was sent."""
    found = programme_or_404(request, key, permissions.TREASURERS)
    own = _own(found)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    forms = _forms(found, own, request.POST if step else {}, step)
    form = forms.get(step)
    if form is not None and form.is_valid():
        try:
            words = STEPS[step](request, found, form)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, words)
            return redirect("agency:match_pots", found.pk)
    context = {
        "programme": found,
        "own": own,
        "forms": forms,
        "form": form,
        "gap": showing.gap_of(own),
        "proposed": transfers_of(found, person_id=actor_id(request)),
    }
    return render(request, "agency/match/pots.html", context)


def _own(programme: Programme) -> OwnProgramme:
    found = selectors.own_programmes([programme.agency_id], now=timezone.now())
    return next(each for each in found if each.key == programme.pk)


def _forms(
    programme: Programme, own: OwnProgramme, data: Mapping[str, str], step: str
) -> dict[str, Form]:
    """Return the form of each step that is possible; the one sent is filled with what was sent."""
    layers = [pot.layer for pot in own.pots]

    def sent(name: str) -> Mapping[str, str] | None:
        return data if name == step else None

    common = {"currency": programme.currency, "layers": layers}
    forms: dict[str, Form] = {TOP_UP: TopUpForm(sent(TOP_UP), prefix=TOP_UP, **common)}
    if len(layers) > 1:
        forms[TRANSFER] = TransferForm(sent(TRANSFER), prefix=TRANSFER, **common)
    if len(layers) > 1 or programme.transfer_proposals.exists():  # Newer terms may have one pot.
        forms |= {name: ProposalForm(sent(name)) for name in (CONFIRM, DROP)}
    way = UNFREEZE if own.freeze else FREEZE
    forms[way] = ReasonForm(sent(way), prefix=way)
    return forms


def _top_up(request: HttpRequest, programme: Programme, form: Form) -> str:
    found = form.cleaned_data
    services.fund_pot(
        programme_id=programme.pk,
        layer=found["layer"],
        amount=found["amount"],
        idempotency_key=f"{request.user.pk}:{found['once']}",
        now=timezone.now(),
    )
    return _("The money is in the pot.")


def _transfer(request: HttpRequest, programme: Programme, form: Form) -> str:
    found = form.cleaned_data
    propose_transfer(
        programme_id=programme.pk,
        source_layer=found["source"],
        target_layer=found["target"],
        amount=found["amount"],
        key=f"{request.user.pk}:{found['once']}",
        actor_id=actor_id(request),
        now=timezone.now(),
    )
    return _("Proposed. Now a second person has to confirm it.")


def _confirm(request: HttpRequest, programme: Programme, form: Form) -> str:
    proposal = _proposal_or_404(programme, form)
    confirm_transfer(proposal_id=proposal.pk, actor_id=actor_id(request), now=timezone.now())
    return _("The money was moved.")


def _drop(request: HttpRequest, programme: Programme, form: Form) -> str:
    proposal = _proposal_or_404(programme, form)
    drop_transfer(proposal_id=proposal.pk, actor_id=actor_id(request), now=timezone.now())
    return _("The money stays where it is.")


def _proposal_or_404(programme: Programme, form: Form) -> TransferProposal:
    return get_object_or_404(programme.transfer_proposals, pk=form.cleaned_data["proposal"])


def _freeze(request: HttpRequest, programme: Programme, form: Form) -> str:
    freeze_programme(
        programme_id=programme.pk,
        reason=form.cleaned_data["reason"],
        by=_name(request),
        now=timezone.now(),
    )
    return _("The programme is stopped for now. Money that arrives waits.")


def _unfreeze(request: HttpRequest, programme: Programme, form: Form) -> str:
    unfreeze_programme(
        programme_id=programme.pk,
        reason=form.cleaned_data["reason"],
        by=_name(request),
        now=timezone.now(),
    )
    return _("The programme goes on. What waited is decided in its order.")


def _name(request: HttpRequest) -> str:
    return str(get_user_model().objects.get(pk=actor_id(request)).get_full_name())[:LONGEST_NAME]


STEPS = {
    TOP_UP: _top_up,
    TRANSFER: _transfer,
    CONFIRM: _confirm,
    DROP: _drop,
    FREEZE: _freeze,
    UNFREEZE: _unfreeze,
}
