"""The demo world once it is loaded."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from cms.pages.models import HomePage
from marketplace import books
from marketplace.accounts.models import User
from marketplace.seed import loader
from payments.gateway.bank_file import is_iban
from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.models import EventDelivery, Payment
from payments.payouts.models import Payout, PayoutAccount, PayoutBatch
from payments.reconciliation import selectors as reconciliation
from payments.reconciliation.services import reconcile
from payments.sandbox.server import serve
from projects.catalogue.models import (
    Document,
    Membership,
    Organisation,
    Project,
    ProjectText,
    TransitionLog,
)
from projects.funding import selectors as funding
from projects.funding.models import Campaign, Contribution
from projects.funding.status import PublicStatus, public_status
from projects.matching.models import Allocation, WaitingMoney
from projects.vetting import selectors as vetting
from tests.make import accounts
from tests.make import payouts as make_payouts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker, Settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.xdist_group("seed")  # One process loads it for all of these.


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[loader.World]:  # noqa: ARG001
    """Load the world once for this module; nothing of it is ever committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loader.load(seed=1, now=NOW)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def world(loaded: loader.World) -> Iterator[dict[str, Any]]:
    """Give each test the document, and take back what the test changes."""
    with transaction.atomic():
        yield loaded.document()
        transaction.set_rollback(True)


def fingerprint() -> tuple[object, ...]:
    return (
        ledger.fingerprint_rows(),
        funding.fingerprint_rows(),
        list(Project.objects.order_by("pk").values_list("pk", "version")),
        TransitionLog.objects.count(),
        EventDelivery.objects.count(),
        Document.objects.count(),
    )


def seed(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("seed", *arguments, "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_the_document_has_the_form_of_the_contract(world: dict[str, Any]) -> None:
    assert (world["scenario"], world["seed"], world["created"]) == ("small", 1, True)
    assert [set(agency) for agency in world["agencies"]] == [
        {"slug", "name", "country", "private_marker"}
    ] * 4
    assert {frozenset(user) for user in world["users"]} == {
        frozenset({"role", "agency", "name", "email", "password", "totp_secret"})
    }
    assert [user["role"] for user in world["users"] if user["agency"] is None] == [
        "giver",
        "investor",
        "platform_admin",
        "platform_admin",
        "cms_editor",
    ]
    assert world["projects"] == list(dict.fromkeys(world["projects"]))
    assert len(world["projects"]) == 12
    assert world["programmes"] == [
        "kenya-diaspora-fund",
        "moldova-one-plus-one",
        "mexico-hand-in-hand",
        "senegal-half-as-much-again",
    ]


def test_every_project_named_is_public_checked_open_and_readable(world: dict[str, Any]) -> None:
    public = {project.slug: project for project in Project.objects.published()}
    campaigns = funding.current_campaigns([project.pk for project in public.values()])

    assert sorted(public) == sorted(world["projects"])
    for project in public.values():
        badge = vetting.badges([project.pk])[project.pk]
        assert (badge.passed, badge.total) == (6, 6)
        assert project.budget_lines.aggregate(total=Sum("amount_minor")) == {
            "total": project.asked_minor
        }
        assert project.milestones.aggregate(total=Sum("planned_minor")) == {
            "total": project.asked_minor
        }
        assert dict(project.texts.values_list("language", "state")) == {
            "en": ProjectText.State.REVIEWED,
            "ar": ProjectText.State.MACHINE,
        }
        assert public_status(project, campaigns[project.pk], at=NOW) == PublicStatus.OPEN
        assert campaigns[project.pk].closes_at >= NOW + timedelta(days=10)
        assert [step.event for step in project.transitions.all()] == ["seed"]


def test_the_books_balance_and_every_gift_was_matched_or_knows_why_not() -> None:
    assert ledger.verify() == []
    assert funding.verify_differences() == []
    assert not WaitingMoney.objects.exists()
    settled = Contribution.objects.settled()
    assert settled.count() == Contribution.objects.count() == Payment.objects.count()
    totals = funding.totals(Campaign.objects.select_related("project"))
    matched = {
        campaign.project.country
        for campaign in Campaign.objects.select_related("project")
        if totals[campaign.pk].matched
    }
    assert matched == {"KEN", "MDA", "MEX", "SEN"}
    unmatched = Allocation.objects.filter(state=Allocation.State.UNMATCHED)
    assert all(allocation.reason for allocation in unmatched)


@pytest.mark.promise("M16")
def test_loading_tells_nobody_anything() -> None:
    assert mail.outbox == []
    assert not EventDelivery.objects.filter(done_at=None).exists()


@pytest.mark.promise("A1")
def test_a_secret_word_stands_in_four_places_and_nowhere_else(world: dict[str, Any]) -> None:
    found: dict[str, list[str]] = {agency["private_marker"]: [] for agency in world["agencies"]}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'ARRAY')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT "{column}"::text FROM "{table}"'  # noqa: S608  Names of our own tables.
                f' WHERE "{column}"::text ~ %s',
                ["|".join(found)],
            )
            for (text,) in cursor.fetchall():
                for marker in found:
                    found[marker] += [f"{table}.{column}"] * (marker in text)

    for places in found.values():
        assert sorted(places) == [
            "catalogue_document.title",
            "catalogue_project.internal_notes",
            "catalogue_project_text.title",
            "vetting_case.private_notes",
        ]


def test_loading_again_changes_nothing_and_prints_the_same(world: dict[str, Any]) -> None:
    before = fingerprint()

    again = seed("--scenario", "small", "--seed", "1")

    assert again == {**world, "created": False}
    assert fingerprint() == before


def test_another_world_is_not_loaded_on_top() -> None:
    before = fingerprint()

    with pytest.raises(CommandError, match="seed 1 is loaded") as refusal:
        seed("--scenario", "small", "--seed", "2")

    assert refusal.value.returncode == 2
    assert fingerprint() == before


def test_every_log_in_works_and_asks_for_a_code_exactly_where_it_says(
    world: dict[str, Any],
) -> None:
    for user in world["users"]:
        client = Client()
        response = client.post(
            "/en/accounts/login/", {"login": user["email"], "password": user["password"]}
        )
        asks = response.headers["Location"] == reverse("mfa_authenticate")
        assert asks == (user["totp_secret"] is not None), user
        if asks:
            out = StringIO()
            call_command("demo_code", user["email"], stdout=out)
            assert re.fullmatch(r"\d{6}\n", out.getvalue())
            client.post(reverse("mfa_authenticate"), {"code": out.getvalue().strip()})
        assert "_auth_user_id" in client.session, user


def test_an_editor_may_write_the_home_page_and_an_officer_may_not(world: dict[str, Any]) -> None:
    home = HomePage.objects.get(locale__language_code="en")
    mails = {user["role"]: user["email"] for user in world["users"]}

    for role, status in (("cms_editor", 200), ("agency_editor", 404)):
        client = _signed_in(mails[role])
        response = client.get(f"/admin/pages/{home.pk}/edit/", follow=True)
        assert response.status_code == status, role


def test_the_log_ins_are_shown_to_who_starts_the_demonstration() -> None:
    out = StringIO()
    call_command("demo_logins", stdout=out)

    assert "editor@kenya-diaspora-office.example" in out.getvalue()
    assert "demo_code editor@kenya-diaspora-office.example" in out.getvalue()
    assert "woven-by-daylight-1" in out.getvalue()


def test_two_agencies_have_paid_one_owner_each_and_are_asked_for_more() -> None:
    rows = Payout.objects.order_by("reference").values_list(
        "account__owner_ref", "state", "amount_minor", "currency", "reference"
    )

    assert list(rows) == [
        ("painea-exemplu", "paid", 1_200_00, "EUR", "second-oven-village-bakery-soroca-1-10"),
        ("painea-exemplu", "requested", 600_00, "EUR", "second-oven-village-bakery-soroca-1-20"),
        ("mfano-growers", "paid", 500_00, "EUR", "solar-mango-dryers-makueni-1-10"),
        ("mfano-growers", "requested", 250_00, "EUR", "solar-mango-dryers-makueni-1-20"),
    ]
    assert Organisation.objects.filter(slug__in=[row[0] for row in rows]).count() == 2


def test_others_agreed_than_asked_and_each_treasury_has_a_file_of_its_own() -> None:
    roles = {str(m.user_id): (m.organisation.slug, m.role) for m in Membership.objects.all()}
    for payout in Payout.objects.filter(state="paid").select_related("account", "batch"):
        asked, agreed = roles[payout.requested_by], roles[payout.approved_by]
        assert asked[0] == agreed[0]
        assert (asked[1], agreed[1]) == ("agency_finance", "agency_owner")
        assert payout.batch is not None
        assert payout.batch.content is not None
        assert payout.account.number.encode() in bytes(payout.batch.content)
        assert payout.account.details_changed_at is not None
        assert payout.submitted_at is not None
        assert payout.submitted_at - payout.account.details_changed_at > timedelta(hours=72)
        assert payout.paid_at is not None
        assert payout.paid_at < NOW
    assert PayoutBatch.objects.count() == 2
    assert all(is_iban(account.number) for account in PayoutAccount.objects.all())


def test_the_books_say_the_same_and_nobody_was_told() -> None:
    assert books.verify().differences == []
    assert make_payouts.total(AccountKind.PROVIDER_CLEARING, "bank_file") == -1_700_00
    assert make_payouts.total(AccountKind.PAYABLE, "mfano-growers") == 0
    assert not EventDelivery.objects.filter(done_at=None).exists()


@pytest.mark.promise("M17")
def test_a_provider_that_knows_nothing_of_them_finds_no_difference(settings: Settings) -> None:
    with serve() as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        outcome = reconcile(since=reconciliation.BEGINNING, now=NOW)

    assert (outcome.run.checked, outcome.differences) == (0, [])


def _signed_in(email: str) -> Client:
    return accounts.sign_in(Client(), User.objects.get(email=email))
