"""Connected accounts: opened, filled in on the hosted page, stopped and let go again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from tests.payments.sandbox.hosted import errors, get, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

BACK, AGAIN = "http://testserver/back/", "http://testserver/again/"
KEY = {"Authorization": "Bearer sk_test_of_the_tests"}
DETAILS = {
    "business_name": "Kitui Dryers Ltd",
    "account_holder": "Kitui Dryers",
    "account_number": "DE89 3704 0044 0532 0130 00",
    "country": "de",
    "action": "complete",
}


def opened(client: Client, **given: Any) -> stripe.Account:  # noqa: ANN401  As the API takes it.
    return client.v1.accounts.create(given or {"type": "express", "country": "DE"})  # type: ignore[arg-type]


def link(client: Client, account: stripe.Account) -> str:
    made = client.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "return_url": BACK,
            "refresh_url": AGAIN,
        }
    )
    return made.url


def told_by(receiver: Receiver) -> list[dict[str, Any]]:
    """Return the events that were delivered, oldest first."""
    return [json.loads(received.payload) for received in receiver.received]


def control(sandbox: Running, **body: object) -> requests.Response:
    return requests.post(f"{sandbox.url}/_sandbox/accounts", json=body, headers=KEY, timeout=10)


CONTROLLER = {
    "fees": {"payer": "application"},
    "losses": {"payments": "application"},
    "stripe_dashboard": {"type": "express"},
}


@pytest.mark.parametrize("given", [{"type": "express"}, {"controller": CONTROLLER}])
def test_a_new_account_is_asked_for_everything_and_paid_nothing(
    client: Client, given: dict[str, Any]
) -> None:
    account = opened(client, country="DE", **given)

    assert account.requirements is not None
    assert account.requirements.currently_due == [
        "business_profile.name",
        "external_account",
        "tos_acceptance.date",
    ]
    assert (account.payouts_enabled, account.details_submitted) == (False, False)
    assert account.controller is not None
    assert account.controller.stripe_dashboard is not None
    assert account.controller.stripe_dashboard.type == "express"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"type": "express", "controller": CONTROLLER}, "simultaneously"),
        ({"type": "custom"}, "express accounts only"),
        ({"type": "express", "tos_acceptance": {"date": 1}}, "does not offer the parameter"),
        ({"type": "express", "default_currency": "zzz"}, "Invalid currency"),
        ({"type": "exprss"}, "Invalid type"),
    ],
)
def test_an_account_of_another_kind_is_refused(
    client: Client, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=message):
        opened(client, **given)


def test_the_hosted_page_completes_an_account(
    client: Client, receiver: Receiver, later: Callable[[float], None]
) -> None:
    account = opened(client)
    page = get(link(client, account))
    assert page.status_code == 200
    for name in ("business_name", "account_holder", "account_number", "country"):
        assert f'<label for="{name}">' in page.text
    assert "<script" not in page.text

    done = post(link(client, account), **DETAILS)

    assert (done.status_code, done.headers["Location"]) == (303, BACK)
    account = client.v1.accounts.retrieve(account.id)
    assert (account.payouts_enabled, account.details_submitted) == (True, True)
    assert account.requirements is not None
    assert account.requirements.currently_due == []
    assert account.external_accounts is not None
    (bank,) = account.external_accounts.data
    assert isinstance(bank, stripe.BankAccount)
    assert (bank.last4, bank.country, bank.currency) == ("3000", "DE", "eur")
    assert bank.account_holder_name == "Kitui Dryers"
    later(0)
    told = told_by(receiver)[-1]
    assert (told["type"], told["account"]) == ("account.updated", account.id)


def test_leaving_changes_nothing(client: Client) -> None:
    account = opened(client)

    left = post(link(client, account), **(DETAILS | {"action": "leave"}))

    assert (left.status_code, left.headers["Location"]) == (303, BACK)
    assert client.v1.accounts.retrieve(account.id).details_submitted is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("business_name", " "),
        ("account_holder", "x" * 101),
        ("account_number", "DE89370400440532013009"),
        ("account_number", "12"),
        ("country", "Germany"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client: Client, field: str, value: str) -> None:
    account = opened(client)

    page = post(link(client, account), **(DETAILS | {field: value}))

    assert page.status_code == 422
    assert list(errors(page)) == [field]
    assert client.v1.accounts.retrieve(account.id).details_submitted is False


def test_the_page_speaks_arabic_and_repeats_no_markup(client: Client) -> None:
    url = link(client, opened(client))

    page = requests.post(
        url,
        data=DETAILS | {"business_name": "<b>", "country": "?"},
        headers={"Accept-Language": "ar"},
        timeout=10,
    )

    assert '<html lang="ar" dir="rtl">' in page.text
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text


def test_a_link_that_was_used_or_ran_out_leads_to_a_new_one(
    client: Client, later: Callable[[float], None]
) -> None:
    account = opened(client)
    used, old = link(client, account), link(client, account)
    post(used, **DETAILS)
    later(300)

    assert get(used).headers["Location"] == AGAIN
    assert post(old, **DETAILS).headers["Location"] == AGAIN
    assert get(f"{used}x").status_code == 404


def test_another_bank_account_replaces_the_first(client: Client) -> None:
    account = opened(client)
    post(link(client, account), **DETAILS)
    before = client.v1.accounts.retrieve(account.id)

    post(link(client, account), **(DETAILS | {"account_number": "000123456789"}))

    after = client.v1.accounts.retrieve(account.id)
    assert before.external_accounts is not None
    assert after.external_accounts is not None
    assert len(after.external_accounts.data) == 1
    assert before.external_accounts.data[0].fingerprint != (
        after.external_accounts.data[0].fingerprint
    )


def test_the_platform_may_not_change_details_that_the_owner_gives(client: Client) -> None:
    account = opened(client)
    bank: Any = {"object": "bank_account", "account_number": "000123456789", "country": "US"}
    client.v1.accounts.update(account.id, {"external_account": bank})
    link(client, account)

    with pytest.raises(stripe.InvalidRequestError, match="provider's page only"):
        client.v1.accounts.update(account.id, {"external_account": bank})


def test_requirements_appear_and_clear(client: Client, sandbox: Running) -> None:
    account = opened(client)
    post(link(client, account), **DETAILS)

    assert control(sandbox, account=account.id, requirements=["person.document"]).ok

    asked = client.v1.accounts.retrieve(account.id)
    assert asked.payouts_enabled is False
    assert asked.requirements is not None
    assert asked.requirements.past_due == ["person.document"]
    assert asked.requirements.disabled_reason == "requirements.past_due"
    assert control(sandbox, account=account.id, requirements=[]).ok
    assert client.v1.accounts.retrieve(account.id).payouts_enabled is True
    assert control(sandbox, account=account.id, payouts_enabled=False).ok
    assert client.v1.accounts.retrieve(account.id).payouts_enabled is False
    assert control(sandbox, account=account.id).status_code == 400
    assert control(sandbox, account="acct_no", requirements=[]).status_code == 404


def test_accounts_are_listed_newest_first_and_found_by_metadata(client: Client) -> None:
    first = client.v1.accounts.create({"type": "express", "metadata": {"weft_payment": "a"}})
    second = client.v1.accounts.create({"type": "express"})
    client.v1.accounts.update(second.id, {"metadata": {"weft_payment": "b"}, "email": "a@b.org"})

    found = client.v1.accounts.list({"limit": 10})

    assert [account.id for account in found.data] == [second.id, first.id]
    names = [getattr(account.metadata, "weft_payment", "") for account in found.data]
    assert names == ["b", "a"]


def test_nobody_acts_for_an_account_there_is_not_or_beyond_what_is_offered(
    client: Client,
) -> None:
    account = opened(client)

    with pytest.raises(stripe.PermissionError, match="does not have access"):
        client.v1.payouts.list({}, {"stripe_account": "acct_no"})
    with pytest.raises(stripe.InvalidRequestError, match="for connected accounts"):
        client.v1.charges.list({}, {"stripe_account": account.id})
