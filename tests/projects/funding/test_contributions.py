"""Beginning a contribution, changing it, saying who gives, stopping."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.money import Money
from projects.catalogue.models import Project
from projects.funding import services
from projects.funding.donors import donor_key, normalised
from projects.funding.models import Contribution, ContributionLog, Contributor
from projects.matching.models import Reservation
from tests.make import catalogue as make_catalogue
from tests.make import funding as make

NOON = make.NOON
State = Contribution.State


def begin(campaign_id: object, minor: int = 100_00, form: str = "form-1") -> Contribution:
    return services.begin_contribution(
        campaign_id=campaign_id,  # type: ignore[arg-type]
        amount=Money(minor, "EUR"),
        idempotency_key=form,
        language="en",
        now=NOON,
    )


def held() -> list[int]:
    return list(Reservation.objects.active().values_list("amount_minor", flat=True))


@pytest.mark.django_db
def test_beginning_reserves_the_match_and_writes_the_log() -> None:
    make.programme()
    campaign = make.campaign()

    contribution = begin(campaign.pk)

    assert (contribution.state, contribution.amount) == (State.DRAFT, Money(100_00, "EUR"))
    assert contribution.expires_at == NOON + timedelta(hours=24)
    assert held() == [200_00]
    (line,) = contribution.log.all()
    assert (line.event, line.from_state, line.to_state) == ("begin", "draft", "draft")


@pytest.mark.django_db
def test_the_same_form_sent_again_is_the_same_contribution() -> None:
    make.programme()
    campaign = make.campaign()

    first, again = begin(campaign.pk), begin(campaign.pk)

    assert first.pk == again.pk
    assert Contribution.objects.count() == 1
    assert held() == [200_00]


@pytest.mark.django_db
def test_the_same_form_with_another_amount_changes_the_draft() -> None:
    make.programme()
    campaign = make.campaign()
    first = begin(campaign.pk)

    again = begin(campaign.pk, minor=50_00)

    assert (again.pk, again.amount) == (first.pk, Money(50_00, "EUR"))
    assert held() == [100_00]


@pytest.mark.django_db
@pytest.mark.promise("M20")
def test_the_same_form_after_going_to_pay_changes_nothing() -> None:
    campaign = make.campaign()
    contribution = make.identified(campaign)
    make.submitted(contribution)

    again = begin(campaign.pk, minor=1_00, form=contribution.idempotency_key)

    assert (again.pk, again.amount) == (contribution.pk, Money(100_00, "EUR"))
    assert Contribution.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("minor", [4_99, 500_01])
def test_an_amount_out_of_range_is_refused_and_nothing_is_written(minor: int) -> None:
    make.programme()
    campaign = make.campaign()

    with pytest.raises(services.AmountOutOfRange) as refused:
        begin(campaign.pk, minor=minor)

    assert refused.value.minimum == Money(5_00, "EUR")
    assert refused.value.maximum == Money(500_00, "EUR")
    assert not Contribution.objects.exists()
    assert held() == []


@pytest.mark.django_db
@pytest.mark.parametrize("minor", [5_00, 500_00])
def test_the_limits_themselves_are_taken(minor: int) -> None:
    assert begin(make.campaign().pk, minor=minor).amount == Money(minor, "EUR")


@pytest.mark.django_db
def test_another_currency_is_refused() -> None:
    campaign = make.campaign()

    with pytest.raises(services.AmountOutOfRange):
        services.begin_contribution(
            campaign_id=campaign.pk,
            amount=Money(100_00, "USD"),
            idempotency_key="form-1",
            language="en",
            now=NOON,
        )

    assert not Contribution.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-11, 20], ids=["before it opens", "in the moment it closes"])
def test_nothing_begins_outside_the_days_of_the_campaign(days: int) -> None:
    campaign = make.campaign()

    with pytest.raises(services.CampaignClosed):
        services.begin_contribution(
            campaign_id=campaign.pk,
            amount=Money(100_00, "EUR"),
            idempotency_key="form-1",
            language="en",
            now=NOON + timedelta(days=days),
        )

    assert not Contribution.objects.exists()


@pytest.mark.django_db
def test_nothing_begins_for_a_project_on_hold() -> None:
    project = make_catalogue.project()
    campaign = make.campaign(project)
    Project.objects.filter(pk=project.pk).update(state=Project.State.SUSPENDED)

    with pytest.raises(services.CampaignClosed):
        begin(campaign.pk)

    assert not Contribution.objects.exists()


@pytest.mark.django_db
def test_a_giver_is_kept_apart_and_known_by_a_key() -> None:
    contribution = make.identified(email=" Amina+weft@Example.org ")

    assert contribution.donor_key == donor_key("amina@example.org")
    assert "amina" not in str(contribution.donor_key)
    giver = Contributor.objects.get(contribution=contribution)
    assert (giver.email, giver.residence) == ("Amina+weft@Example.org", "DEU")


def test_one_mailbox_is_one_giver() -> None:
    written = [
        "amina@example.org",
        "AMINA@EXAMPLE.ORG",
        "amina+x@example.org",
        " amina@example.org ",
    ]

    assert {normalised(email) for email in written} == {"amina@example.org"}
    assert donor_key("amina@example.org") != donor_key("binta@example.org")


@pytest.mark.django_db
def test_a_giver_who_has_used_up_the_cap_gets_what_is_left() -> None:
    make.programme(caps=[{"scope": "donor", "amount": 250_00}])
    campaign = make.campaign()
    make.identified(campaign)

    make.identified(campaign)

    assert sorted(held()) == [50_00, 200_00]


@pytest.mark.django_db
def test_details_can_be_corrected_before_paying_and_not_after() -> None:
    contribution = make.identified()
    make.submitted(contribution)

    with pytest.raises(services.NotChangeable):
        services.identify_contributor(
            contribution_id=contribution.pk,
            email="other@example.org",
            name="Other",
            residence="FRA",
            hide_name=True,
            message="",
            now=NOON,
        )

    assert Contributor.objects.get(contribution=contribution).email == "amina@example.org"


@pytest.mark.django_db
def test_stopping_gives_the_match_back_and_is_final() -> None:
    make.programme()
    contribution = make.identified()

    services.cancel_contribution(contribution_id=contribution.pk, now=NOON)
    services.cancel_contribution(contribution_id=contribution.pk, now=NOON)

    contribution.refresh_from_db()
    assert contribution.state == State.CANCELLED
    assert held() == []
    assert ContributionLog.objects.filter(event="cancel").count() == 1
    with pytest.raises(services.Stopped):
        make.submitted(contribution)


@pytest.mark.django_db
def test_stopping_after_going_to_pay_is_refused() -> None:
    make.programme()
    contribution = make.submitted(make.identified())

    with pytest.raises(services.NotChangeable):
        services.cancel_contribution(contribution_id=contribution.pk, now=NOON)

    contribution.refresh_from_db()
    assert contribution.state == State.AWAITING_PAYMENT
    assert held() == [200_00]
