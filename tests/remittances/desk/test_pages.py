from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from remittances.imports import approval, uploads
from remittances.models import Dataset, NameProposal, PriceFile, Provider, ProviderName
from tests.make import accounts
from tests.make import remittances as make

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
FIRM = "/en/prices/providers/dahabshiil/"
PAGES = ("", "files/", "names/", "providers/", "providers/dahabshiil/")


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def staff(*codenames: str) -> User:
    person = accounts.user(name="Petra Preis")
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return type(person).objects.get(pk=person.pk)


def signed_in(client: Client, *codenames: str) -> Client:
    return accounts.sign_in(client, staff(*codenames))


def upload(client: Client, content: bytes, name: str = "prices.csv") -> PriceFile | None:
    file = SimpleUploadedFile(name, content)
    client.post("/en/prices/files/", {"file": file})
    return PriceFile.objects.first()


@pytest.mark.parametrize("page", PAGES)
def test_only_staff_who_work_on_prices_come_in(client: Client, page: str) -> None:
    make.imported([make.row()])
    assert client.get(f"/en/prices/{page}").status_code == 302
    assert signed_in(client).get(f"/en/prices/{page}").status_code == 404
    answer = signed_in(client, "work_prices").get(f"/en/prices/{page}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_file_goes_from_the_form_to_its_report(client: Client) -> None:
    signed_in(client, "work_prices")
    file = upload(client, make.csv_bytes([make.row(), make.row(transparent="no")]))
    assert file is not None
    address = f"/en/prices/files/{file.pk}/"
    waiting = client.get(address).content.decode()
    assert "Waits to be read" in waiting
    assert 'http-equiv="refresh" content="30"' in waiting
    uploads.read_on(file_id=file.pk, now=timezone.now())
    assert "You uploaded this yourself" in client.get(address).content.decode()
    approval.approve_file(file_id=file.pk, by=accounts.user().pk, now=timezone.now())
    uploads.read_on(file_id=file.pk, now=timezone.now())
    done = client.get(address).content.decode()
    assert "Published" in done
    assert 'http-equiv="refresh"' not in done
    report = f"/en/prices/reports/{file.pk}"
    assert "Exchange cost not disclosed" in client.get(f"{report}/").content.decode()
    assert (
        "Exchange cost not disclosed"
        in client.get(f"{report}/?flag=not_transparent").content.decode()
    )
    assert "Nothing was flagged" in client.get(f"{report}/?flag=duplicate").content.decode()
    for nonsense in ("?flag=x&sheet=y", "?page=1000000000", "?page=x"):
        assert client.get(f"{report}/{nonsense}").status_code == 200
    table = b"".join(client.get(f"{report}.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert table.splitlines() == [
        "sheet,row,column,flag,detail",
        ",3,,not_transparent,the exchange-rate cost is not disclosed",
    ]


def test_what_cannot_be_taken_is_said_beside_the_field(client: Client) -> None:
    signed_in(client, "work_prices")
    for data, why in (
        ({}, "Choose a file."),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "This file is empty."),
    ):
        answer = client.post("/en/prices/files/", data)
        assert answer.status_code == 422
        assert why in answer.content.decode()
    make.imported([make.row()])
    answer = client.post(
        "/en/prices/files/", {"file": SimpleUploadedFile("a.csv", make.csv_bytes([make.row()]))}
    )
    assert answer.status_code == 422
    assert "imported already" in answer.content.decode()
    assert (PriceFile.objects.count(), Dataset.objects.count()) == (0, 1)


def test_a_refused_file_says_where(client: Client) -> None:
    signed_in(client, "work_prices")
    file = upload(client, make.csv_bytes([make.row(cc1_lcu_fee="free")]))
    assert file is not None
    uploads.read_on(file_id=file.pk, now=timezone.now())
    page = client.get(f"/en/prices/files/{file.pk}/").content.decode()
    assert "Nothing of this file was imported" in page
    assert "row 2, column “cc1 lcu fee”" in page


def test_names_are_joined_and_parted_by_who_may_approve(client: Client) -> None:
    make.imported([make.row(firm="Azimo"), make.row(firm="azimo")])
    proposal = NameProposal.objects.get()
    act = f"/en/prices/names/{proposal.pk}/"
    signed_in(client, "work_prices")
    assert "One firm" not in client.get("/en/prices/names/").content.decode()
    assert client.post(act, {"decision": "approve"}).status_code == 404
    signed_in(client, "work_prices", "approve_prices")
    assert client.post(act, {"decision": "sell"}).status_code == 303
    assert ProviderName.objects.get(pk="azimo").provider.name == "azimo"
    assert client.post(act, {"decision": "approve"}).status_code == 303
    assert ProviderName.objects.get(pk="azimo").provider.name == "Azimo"
    assert "Petra Preis" in client.get("/en/prices/names/?decided=1").content.decode()
    assert client.post(act, {"decision": "undo"}).status_code == 303
    assert ProviderName.objects.get(pk="azimo").provider.name == "azimo"


def test_a_firm_is_edited_and_shows_who_changed_it(client: Client) -> None:
    make.imported([make.row()])
    signed_in(client, "work_prices")
    address = "/en/prices/providers/dahabshiil/"
    bad = client.post(address, {"website": "javascript:alert(1)"})
    assert bad.status_code == 422
    good = client.post(
        address,
        {
            "website": "https://example.org/",
            "licensed_in": "KEN",
            "licence_checked_on": "2026-11-01",
        },
    )
    assert good.status_code == 303
    firm = Provider.objects.get()
    assert (firm.website, firm.licensed_in_id) == ("https://example.org/", "KEN")
    page = client.get(address).content.decode()
    assert "Petra Preis" in page
    assert "2026-11-01" in page


FTP = "ftp://files.example.org/"
PAYING = "https://partner.example/"


def test_an_address_of_a_firm_is_one_of_the_web(client: Client) -> None:
    make.imported([make.row()])
    signed_in(client, "work_prices", "approve_prices")
    for field in ("website", "licence_register_url", "complaints_url", "commercial_link"):
        answer = client.post(FIRM, {field: FTP})
        assert answer.status_code == 422
        assert answer.content.decode().count("Enter a valid URL.") >= 1
    assert not Provider.objects.get().events.exists()


def test_only_who_approves_sets_or_removes_the_link_that_pays_us(client: Client) -> None:
    make.imported([make.row()])
    signed_in(client, "work_prices")
    refused = client.post(FIRM, {"commercial_link": PAYING})
    assert refused.status_code == 422
    assert "Only somebody who may approve prices" in refused.content.decode()
    assert Provider.objects.get().commercial_link == ""
    signed_in(client, "work_prices", "approve_prices")
    assert client.post(FIRM, {"commercial_link": PAYING}).status_code == 303
    signed_in(client, "work_prices")
    assert client.post(FIRM, {"commercial_link": ""}).status_code == 422
    with_it = {"commercial_link": PAYING, "website": "https://example.org/"}
    assert client.post(FIRM, with_it).status_code == 303
    firm = Provider.objects.get()
    assert (firm.commercial_link, firm.website) == (PAYING, "https://example.org/")
