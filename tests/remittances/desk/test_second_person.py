"""A file that was read: whoever may decide sees buttons, the others a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.utils import timezone

from remittances.imports import uploads
from remittances.models import Dataset, PriceFile
from tests.make import accounts
from tests.make import remittances as make
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
BOTH = ("work_prices", "approve_prices")


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def staff(*codenames: str) -> User:
    person = accounts.user(name="Petra Preis")
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return type(person).objects.get(pk=person.pk)


def read_file(by: User) -> PriceFile:
    file = ContentFile(make.csv_bytes([make.row(), make.row(transparent="no")]), name="a.csv")
    made = uploads.take_upload(file=file, name="a.csv", by=by.pk, now=timezone.now())
    uploads.read_on(file_id=made.pk, now=timezone.now())
    return made


def test_who_may_decide_sees_buttons_and_publishes(client: Client) -> None:
    file = read_file(staff("work_prices"))
    accounts.sign_in(client, staff(*BOTH))
    assert "Files waiting for a second person 1" in text(client.get("/en/prices/"))
    address = f"/en/prices/files/{file.pk}/"
    page = client.get(address)
    words = text(page)
    assert "Waits for a second person" in words
    assert "Exchange cost not disclosed 1" in words
    assert "2026_3Q" in words
    assert f'action="{address}publish/"' in page.content.decode()
    assert 'http-equiv="refresh"' not in page.content.decode()
    table = b"".join(client.get(f"{address}flags.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert table.splitlines() == [
        "sheet,row,column,flag,detail",
        ",3,,not_transparent,the exchange-rate cost is not disclosed",
    ]
    assert client.post(f"{address}publish/").status_code == 303
    words = text(client.get(address))
    assert "It is approved, and published soon." in words
    assert "Decided by Petra Preis" in words
    uploads.read_on(file_id=file.pk, now=timezone.now())
    assert "Read the report" in text(client.get(address))
    assert client.get(f"{address}flags.csv").status_code == 404
    assert client.post(f"{address}publish/").status_code == 303
    assert "decided already" in text(client.get(address))
    assert Dataset.objects.count() == 1


def test_a_refusal_needs_a_reason_and_keeps_it(client: Client) -> None:
    file = read_file(staff("work_prices"))
    accounts.sign_in(client, staff(*BOTH))
    address = f"/en/prices/files/{file.pk}/refuse/"
    assert "Refuse the file?" in text(client.get(address))
    empty = client.post(address, {"reason": " "})
    assert empty.status_code == 422
    assert "Say why." in text(empty)
    assert client.post(address, {"reason": "It is made up."}).status_code == 303
    words = text(client.get(f"/en/prices/files/{file.pk}/"))
    assert "Nothing of this file was imported" in words
    assert "It is made up." in words
    assert Dataset.objects.count() == 0


@pytest.mark.parametrize("action", ["publish", "refuse"])
def test_who_may_not_approve_is_told_and_kept_out(client: Client, action: str) -> None:
    file = read_file(staff("work_prices"))
    accounts.sign_in(client, staff("work_prices"))
    address = f"/en/prices/files/{file.pk}/"
    page = client.get(address)
    assert "Whoever may approve prices decides" in text(page)
    assert f"{address}publish/" not in page.content.decode()
    assert client.post(f"{address}{action}/", {"reason": "No."}).status_code == 404
    file.refresh_from_db()
    assert file.state == "ready"


@pytest.mark.parametrize("action", ["publish", "refuse"])
def test_nobody_decides_on_their_own_file(client: Client, action: str) -> None:
    person = staff(*BOTH)
    file = read_file(person)
    accounts.sign_in(client, person)
    address = f"/en/prices/files/{file.pk}/"
    assert f"{address}publish/" not in client.get(address).content.decode()
    assert client.post(f"{address}{action}/", {"reason": "Mine."}).status_code == 303
    assert "You uploaded this yourself" in text(client.get(address))
    file.refresh_from_db()
    assert (file.state, file.decided_by_id) == ("ready", None)
