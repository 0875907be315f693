"""Writing a rule by filling the gaps of a sentence, as a browser without script does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import translation

from projects.matching import templates
from projects.matching.models.drafts import ProgrammeDraft
from projects.matching.services import drafts as services
from tests.make import accounts
from tests.make import catalogue as make
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from django.test import Client

    from projects.catalogue.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Organisation:
    return make.agency(country="KEN")


@pytest.fixture
def officer(client: Client, agency: Organisation) -> Client:
    return accounts.sign_in(client, pages.manager(agency))


def edit(draft: ProgrammeDraft) -> str:
    return reverse("agency:match_edit", args=[draft.pk])


def test_a_programme_is_begun_with_a_whole_rule(officer: Client) -> None:
    new = reverse("agency:match_new")
    assert "It begins as a draft" in officer.get(new).content.decode()

    response = officer.post(new, {"name": "Fund of Nowhere", "key": "", "currency": "KES"})

    draft = ProgrammeDraft.objects.get()
    assert response.headers["Location"] == edit(draft)
    assert draft.programme_key == "fund-of-nowhere"
    assert draft.document["currency"] == "KES"
    assert draft.document["rate"] == [1, 1]
    assert draft.document["tz"] == "Africa/Nairobi"


def test_filling_the_gaps_writes_the_rule(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency)

    response = pages.send(
        officer,
        edit(draft),
        per="2",
        gives="1",
        people_in="Germany, it",
        pot="500,000",
        last_day="2026-12-31",
        zone="Africa/Nairobi",
        minimum="10",
        kinds=["donation"],
        caps__0__amount="1,000",
        caps__0__scope="donor",
        caps__0__period="fiscal_year",
    )

    assert response.status_code == 302, response.content.decode()
    draft.refresh_from_db()
    assert draft.version == 2
    assert draft.document == {
        "id": "kenya-fund",
        "currency": "EUR",
        "rate": [1, 2],
        "window": ["2026-03-01T00:00:00+03:00", "2027-01-01T00:00:00+03:00"],
        "tz": "Africa/Nairobi",
        "pot": 500_000_00,
        "eligible": [{"field": "donor.residence", "op": "in", "value": ["DEU", "ITA"]}],
        "min_contribution": 10_00,
        "counts": {"kinds": ["donation"]},
        "caps": [{"scope": "donor", "amount": 1_000_00, "period": "fiscal_year"}],
    }


def test_amounts_are_typed_in_the_language_of_the_page(
    officer: Client, agency: Organisation
) -> None:
    draft = pages.draft(agency)
    with translation.override("ar"):
        address = edit(draft)
        assert pages.send(officer, address, pot="١٬٠٠٠٫٥٠").status_code == 302

    draft.refresh_from_db()
    assert draft.document["pot"] == 1_000_50


@pytest.mark.parametrize("example", templates.published(), ids=lambda each: each.id)
def test_saving_what_the_page_shows_changes_nothing_of_a_real_programme(
    officer: Client, agency: Organisation, example: templates.Template
) -> None:
    draft = services.start_draft(
        document=dict(example.document),
        agency_id=agency.pk,
        actor_id=pages.manager(agency).pk,
        now=pages.NOW,
    )

    response = pages.send(officer, edit(draft))

    assert response.status_code == 302, pages.fields(response.content.decode())
    draft.refresh_from_db()
    assert draft.document == example.document
    assert draft.version == 2


def test_what_the_sentence_does_not_show_is_kept_and_said(
    officer: Client, agency: Organisation
) -> None:
    hidden: dict[str, Any] = {
        "threshold": {"metric": "donors", "at": 5},
        "obligations": ["report"],
        "caps": [
            {"scope": "project", "share_of_budget": [1, 2]},
            {
                "scope": "project",
                "amount": 5_000_00,
                "when": {"field": "project.kind", "op": "eq", "value": "msme"},
            },
        ],
    }
    draft = pages.draft(agency, None, **hidden)

    page = officer.get(edit(draft)).content.decode()
    response = pages.send(officer, edit(draft), caps__1__amount="6000", gives="3")

    assert "Kept, and not shown here" in page
    assert "<li>Threshold</li>" in page
    assert "<li>Duties</li>" in page
    assert "Its amount is a share" in page
    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.document == {
        **draft.document,
        **hidden,
        "rate": [3, 1],
        "caps": [hidden["caps"][0], {**hidden["caps"][1], "amount": 6_000_00}],
    }


def test_rows_come_and_go_without_saving(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency, caps=[{"scope": "donor", "amount": 5}])

    more = pages.send(officer, edit(draft), add="caps", caps__0__amount="7,5", gives="many")

    found = pages.fields(more.content.decode())
    assert found["caps-TOTAL_FORMS"] == ["2"]
    assert found["caps-0-amount"] == ["7,5"]
    assert found["gives"] == ["many"]
    assert "There is a problem" not in more.content.decode()

    fewer = officer.post(edit(draft), {**found, "remove": "caps-0"})
    left = pages.fields(fewer.content.decode())
    assert left["caps-TOTAL_FORMS"] == ["1"]
    assert left["caps-0-amount"] == [""]
    draft.refresh_from_db()
    assert draft.version == 1


def test_problems_stand_at_their_place_and_nothing_typed_is_lost(
    officer: Client, agency: Organisation
) -> None:
    draft = pages.draft(agency, caps=[{"scope": "donor", "amount": 100}])

    response = pages.send(
        officer, edit(draft), pot="a lot", people_in="Atlantis", caps__0__amount="x", name="Typed"
    )

    page = response.content.decode()
    assert "<title>Error:" in page
    assert "We do not know the country “Atlantis”." in page
    assert "Row 1, At most: Enter the amount in digits" in page
    found = pages.fields(page)
    assert (found["pot"], found["name"]) == (["a lot"], ["Typed"])
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"last_day": "2026-01-01"}, "id_last_day", "end after it begins"),
        ({"allocation": "quadratic_close"}, "id_kind", "cannot work with this way of adding"),
        (
            {"stacking": "cascade", "allocation": "prorata_close"},
            "id_stacking",
            "looks at the whole contribution",
        ),
    ],
)
def test_what_makes_no_sense_together_is_said_at_its_place(
    officer: Client, agency: Organisation, changes: dict[str, str], field: str, words: str
) -> None:
    draft = pages.draft(agency)

    page = pages.send(officer, edit(draft), **changes).content.decode()

    assert f'id="{field}_error"' in page
    assert words in page
    draft.refresh_from_db()
    assert draft.version == 1


def test_the_sentence_is_shown_before_it_is_saved(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency)

    page = pages.send(officer, edit(draft), gives="4", look="1").content.decode()

    assert "€500" in page
    assert "Not saved yet." in page
    draft.refresh_from_db()
    assert draft.version == 1


def test_funders_and_tiers_are_rows(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency)
    layers = {
        "kind": "layers",
        "layers__0__id": "federal",
        "layers__0__gives": "1",
        "layers__0__per": "1",
        "layers__0__pot": "1000",
        "layers__1__id": "state",
        "layers__1__gives": "1",
        "layers__1__per": "2",
        "coupling": "independent",
    }

    assert pages.send(officer, edit(draft), **layers).status_code == 302

    draft.refresh_from_db()
    assert draft.document["layers"] == [
        {"id": "federal", "rate": [1, 1], "pot": 1_000_00},
        {"id": "state", "rate": [1, 2], "pot": 0},
    ]
    assert draft.document["coupling"] == "independent"
    assert "rate" not in draft.document

    tiers = {
        "kind": "tiers",
        "bands__0__first": "100",
        "bands__0__last": "499.99",
        "bands__0__gives": "30",
        "bands__0__per": "100",
        "bands__1__first": "500",
        "bands__1__gives": "1",
        "bands__1__per": "2",
    }
    assert pages.send(officer, edit(draft), **tiers).status_code == 302
    draft.refresh_from_db()
    assert draft.document["tiers"] == {
        "mode": "slab",
        "bands": [[100_00, 499_99, 30, 100], [500_00, None, 1, 2]],
    }
    assert not {"layers", "coupling", "rate"} & set(draft.document)


def test_conditions_are_written_as_their_facts_are(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency)
    first = pages.send(officer, edit(draft), add="conditions")
    found = pages.fields(first.content.decode())
    sent = {
        **found,
        "conditions-0-field": "project.sector",
        "conditions-0-op": "in",
        "conditions-0-values": "Farming, water",
    }

    assert officer.post(edit(draft), sent).status_code == 302

    draft.refresh_from_db()
    assert draft.document["eligible"] == [
        {"field": "project.sector", "op": "in", "value": ["agriculture", "water"]}
    ]
    assert "Farming, Water and sanitation" in officer.get(edit(draft)).content.decode()
