from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from remittances.models import (
    CorridorAverage,
    Country,
    Dataset,
    ImportFlag,
    Provider,
    SurveyedService,
)
from tests.make import remittances as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> SurveyedService:
    make.imported([{"id": "7", **make.row()}])
    return SurveyedService.objects.get()


def another(row: SurveyedService, **changes: object) -> None:
    """Insert a copy of a row with changes, as the application's role."""
    copy = SurveyedService.objects.get(pk=row.pk)
    fresh = SurveyedService(
        **{
            field.attname: getattr(copy, field.attname)
            for field in SurveyedService._meta.concrete_fields  # noqa: SLF001  Django's own name.
            if field.attname != "id"
        }
        | {"row_key": "another"}
        | changes
    )
    with transaction.atomic():
        fresh.save(force_insert=True)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"row_key": "2026_3Q/7"}, "surveyedservice_key_in_file"),
        ({"period": "2026"}, "surveyedservice_period_is_a_quarter"),
        ({"amount_1": 0}, "surveyedservice_amounts_positive"),
        ({"amount_2": -5}, "surveyedservice_amounts_positive"),
        ({"reference_rate": 0}, "surveyedservice_reference_usable"),
        ({"currency": "kes"}, "surveyedservice_currency_plain"),
        ({"kind": "rumour"}, "surveyedservice_kind_known"),
    ],
)
def test_the_database_refuses_what_cannot_be_true(
    row: SurveyedService, changes: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        another(row, **changes)
    assert SurveyedService.objects.count() == 1


def test_no_row_sends_to_its_own_country(row: SurveyedService) -> None:
    with pytest.raises(IntegrityError, match="surveyedservice_two_countries"):
        another(row, destination_id=row.origin_id)


def test_a_row_is_superseded_once(row: SurveyedService) -> None:
    another(row, supersedes_id=row.pk)
    with pytest.raises(IntegrityError, match="supersedes"):
        another(row, row_key="third", supersedes_id=row.pk)


def test_two_rows_cannot_both_begin_one_key(row: SurveyedService) -> None:
    make.imported([make.row(firm="Other")])
    other = Dataset.objects.exclude(pk=row.dataset_id).get()
    with pytest.raises(IntegrityError, match="surveyedservice_one_beginning"):
        another(row, dataset_id=other.pk, row_key=row.row_key)


def test_a_surveyed_row_is_never_changed_or_deleted(row: SurveyedService) -> None:
    make.imported([make.average()])
    make.imported([make.row(cc1_fx_margin="-1")])
    for model in (SurveyedService, CorridorAverage, Dataset, ImportFlag):
        rows = model.objects.all()
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(id=rows[0].pk)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows._raw_delete(rows.db)  # noqa: SLF001  Without Django's own protection.
    assert SurveyedService.objects.get(pk=row.pk).fee_1 == 414
    assert ImportFlag.objects.count() == 2


def test_the_same_file_cannot_stand_twice(row: SurveyedService) -> None:
    dataset = row.dataset
    values = {
        field.attname: getattr(dataset, field.attname)
        for field in Dataset._meta.concrete_fields  # noqa: SLF001  Django's own name.
        if field.attname != "id"
    }
    for changes, constraint in (
        ({}, "sha256"),
        ({"sha256": "x" * 64}, "dataset_sha256_plain"),
        ({"sha256": "0" * 64, "licence": ""}, "dataset_is_attributed"),
        ({"sha256": "0" * 64, "rows_read": 0}, "dataset_has_rows"),
        ({"sha256": "0" * 64, "kind": "rumour"}, "dataset_kind_known"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Dataset.objects.create(**{**values, **changes})


def test_a_country_has_one_plain_code() -> None:
    for iso3 in ("ken", "KE", "KSV"):
        with pytest.raises(IntegrityError, match="country_iso3_plain"), transaction.atomic():
            Country.objects.create(iso3=iso3, name="x")
    with pytest.raises(IntegrityError, match="country_currency_plain"), transaction.atomic():
        Country.objects.create(iso3="KEN", name="Kenya", currency="shs")


def test_a_provider_has_a_name_and_a_plain_address() -> None:
    with pytest.raises(IntegrityError, match="provider_has_a_name"), transaction.atomic():
        Provider.objects.create(name="", slug="x")
    for slug in ("", "A", "a b", "-a", "é"):
        with pytest.raises(IntegrityError, match="provider_slug_plain"), transaction.atomic():
            Provider.objects.create(name="A", slug=slug)
    make.imported([make.row(firm="Ünal & Co")])
    assert Provider.objects.get().slug == "unal-co"


def test_things_are_called_by_what_people_know(row: SurveyedService) -> None:
    assert str(row) == "2026_3Q/7"
    assert str(row.provider) == "Dahabshiil"
    assert str(row.origin) == "Kenya"
    assert str(row.dataset).endswith(".csv")
    make.imported([make.average()])
    assert str(CorridorAverage.objects.get()) == "2020_3Q/GBRKEN"
