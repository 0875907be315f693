"""Colleagues at the same instant: one saving, one publication, one decision; and the controls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection

from marketplace import database
from payments.money import Money
from projects.matching.models import Ceiling, ProgrammeVersion
from projects.matching.models.drafts import ProgrammeDraft
from projects.matching.refusals import CallRefused, DraftChanged, WrongState
from projects.matching.services import calls
from projects.matching.services import drafts as services
from projects.matching.services.programmes import fund_pot, publish_programme
from tests.crowd import at_once
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from uuid import UUID

    from marketplace.accounts.models import User
    from projects.catalogue.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 8


def colleagues(agency: Organisation) -> list[User]:
    return [pages.manager(agency) for _ in range(PEOPLE)]


def without_lock(draft_id: UUID) -> ProgrammeDraft:
    return ProgrammeDraft.objects.get(pk=draft_id)


def save_at_once(draft: ProgrammeDraft, people: list[User]) -> Counter[str]:
    """Let everybody save from the same version; return how many were told what."""

    def save(n: int) -> str:
        said = draft.document | {"rate": [n + 2, 1]}
        try:
            services.save_draft(
                draft_id=draft.pk,
                document=said,
                version=1,
                actor_id=people[n].pk,
                now=pages.NOW,
            )
        except DraftChanged:
            return "somebody was faster"
        return "saved"

    return Counter(at_once(save, range(PEOPLE)))


def test_of_eight_who_save_from_the_same_version_one_is_saved() -> None:
    agency = make.agency()
    draft = pages.draft(agency)

    told = save_at_once(draft, colleagues(agency))

    assert told == {"saved": 1, "somebody was faster": PEOPLE - 1}
    draft.refresh_from_db()
    assert draft.version == 2
    assert draft.steps.count() == 2


def test_control_without_lock_and_guard_words_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = make.agency()
    draft = pages.draft(agency)
    monkeypatch.setattr(services, "locked_row", without_lock)
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER matching_draft_guard ON matching_draft")

    told = save_at_once(draft, colleagues(agency))

    assert told["saved"] > 1


def test_without_the_lock_the_database_still_keeps_every_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = pages.draft(make.agency())
    stale = ProgrammeDraft.objects.get(pk=draft.pk)
    monkeypatch.setattr(services, "locked_row", lambda _draft_id: stale)
    ProgrammeDraft.objects.filter(pk=draft.pk).update(document=document(rate=[9, 1]), version=2)

    with pytest.raises(IntegrityError, match="cannot go from open to open"):
        services.save_draft(
            draft_id=draft.pk,
            document=document(rate=[5, 1]),
            version=1,
            actor_id=draft.saved_by_id,
            now=pages.NOW,
        )
    draft.refresh_from_db()
    assert draft.document["rate"] == [9, 1]


def test_of_eight_who_publish_one_does() -> None:
    agency = make.agency()
    proposer = pages.manager(agency)
    draft = pages.draft(agency, proposer)
    services.propose_draft(
        draft_id=draft.pk, version=1, starts_at=None, actor_id=proposer.pk, now=pages.NOW
    )

    def publish(person: User) -> str:
        try:
            services.publish_draft(draft_id=draft.pk, version=1, actor_id=person.pk, now=pages.NOW)
        except WrongState:
            return "published already"
        return "published"

    told = Counter(at_once(publish, colleagues(agency)))

    assert told == {"published": 1, "published already": PEOPLE - 1}
    assert ProgrammeVersion.objects.count() == 1


def test_of_eight_who_decide_a_round_one_does() -> None:
    agency = make.agency()
    people = colleagues(agency)
    terms = document(id="award-fund", needs_award=True)
    publish_programme(document=terms, agency_id=agency.pk, now=pages.NOW)
    fund_pot(
        programme_id="award-fund",
        amount=Money(100_00, "EUR"),
        idempotency_key="test",
        now=pages.NOW,
    )
    call = calls.open_call(
        programme_id="award-fund", title="Round", actor_id=people[0].pk, now=pages.NOW
    )
    application = calls.enter_application(
        call_id=call.pk,
        project_id=make.project(listed_by=agency).pk,
        asked=Money(60_00, "EUR"),
        note="",
        actor_id=people[0].pk,
        now=pages.NOW,
    )
    calls.give_mark(
        application_id=application.pk, points=5, note="", actor_id=people[0].pk, now=pages.NOW
    )

    proposer = pages.manager(agency)
    calls.propose_decision(call_id=call.pk, actor_id=proposer.pk, now=pages.NOW)

    def decide(person: User) -> str:
        try:
            calls.decide_call(call_id=call.pk, actor_id=person.pk, now=pages.NOW)
        except CallRefused:
            return "decided already"
        return "decided"

    told = Counter(at_once(decide, people))

    assert told == {"decided": 1, "decided already": PEOPLE - 1}
    assert Ceiling.objects.get().amount_minor == 60_00
