"""A treasury's file: valid against the standard's schema, the same again, and never a formula."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sepaxml
import xmlschema

from payments import gateway
from payments.gateway import bank_file
from payments.gateway.bank_file import Debtor, Line, PaymentFile
from payments.gateway.base import ProviderRefused
from payments.gateway.payouts import BankDetails, PayoutOrder, PayoutStatus
from payments.money import Money

NS = {"p": f"urn:iso:std:iso:20022:tech:xsd:{bank_file.SCHEMA}"}
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
DEBTOR = Debtor("Diaspora Agency", "DE89370400440532013000")
KEY = "0198c2b4-0000-7000-8000-00000000a001"
SIX_HUNDRED = Money(600_50, "EUR")
IBAN = "FR1420041010050500013M02606"


def line(
    *,
    name: str = "Kitui Dryers",
    number: str = IBAN,
    money: Money = SIX_HUNDRED,
    reference: str = "stage-1",
) -> Line:
    return Line("e2e-1", BankDetails(name, number), money, reference)


def render(*lines: Line) -> PaymentFile:
    return bank_file.render(lines, debtor=DEBTOR, batch_key=KEY, day=date(2030, 1, 7), made_at=NOON)


def test_the_file_fits_the_schema_of_the_standard() -> None:
    file = render(line(), line(name="Søren & Søn <ApS>", reference="Étape 2 ✓"))

    package = Path(sepaxml.__file__).parent
    schema = xmlschema.XMLSchema(package / "schemas" / f"{bank_file.SCHEMA}.xsd")
    schema.validate(file.content.decode())
    assert (file.name, file.media_type) == (
        "payouts-2030-01-07-00000000a001.xml",
        "application/xml",
    )


def test_the_file_says_what_is_paid_to_whom_by_whom_and_when() -> None:
    message = ET.fromstring(render(line()).content)  # noqa: S314  Our own file.

    def said(path: str) -> str | None:
        return message.findtext(path, namespaces=NS)

    assert said(".//p:GrpHdr/p:MsgId") == KEY.replace("-", "")
    assert said(".//p:GrpHdr/p:CreDtTm") == "2030-01-01T12:00:00"
    assert said(".//p:Dbtr/p:Nm") == "Diaspora Agency"
    assert said(".//p:DbtrAcct/p:Id/p:IBAN") == "DE89370400440532013000"
    assert said(".//p:ReqdExctnDt/p:Dt") == "2030-01-07"
    assert said(".//p:CdtTrfTxInf/p:PmtId/p:EndToEndId") == "e2e-1"
    assert said(".//p:CdtTrfTxInf/p:Cdtr/p:Nm") == "Kitui Dryers"
    assert said(".//p:CdtTrfTxInf/p:CdtrAcct/p:Id/p:IBAN") == IBAN
    assert said(".//p:CdtTrfTxInf/p:RmtInf/p:Ustrd") == "stage-1"
    amount = message.find(".//p:InstdAmt", NS)
    assert amount is not None
    assert (amount.text, amount.get("Ccy")) == ("600.50", "EUR")


@pytest.mark.parametrize(
    ("minor", "written"),
    [(1, "0.01"), (10, "0.10"), (1_00, "1.00"), (12_345_678_90, "12345678.90")],
)
def test_amounts_are_written_to_the_cent(minor: int, written: str) -> None:
    message = ET.fromstring(render(line(money=Money(minor, "EUR"))).content)  # noqa: S314

    assert message.findtext(".//p:CtrlSum", namespaces=NS) == written


def test_the_same_batch_is_the_same_file() -> None:
    assert render(line()) == render(line())


def test_what_the_standard_does_not_allow_is_refused_before_a_bank_sees_it() -> None:
    with pytest.raises(ProviderRefused):
        render(line(name="\U0001f600"))
    with pytest.raises(ProviderRefused):
        render(Line("x" * 36, BankDetails("A", IBAN), Money(1, "EUR"), "r"))


def test_a_batch_is_of_one_currency_and_of_something() -> None:
    with pytest.raises(ProviderRefused):
        render()
    with pytest.raises(ProviderRefused):
        render(line(), line(money=Money(1, "KES")))


def test_where_no_standard_exists_the_file_is_a_table_without_formulas() -> None:
    file = render(
        line(
            name="=HYPERLINK(1)",
            number="+254700000000",
            money=Money(1_000_05, "KES"),
            reference="@SUM(A1)",
        )
    )

    (row,) = csv.DictReader(io.StringIO(file.content.decode()))
    assert file.media_type == "text/csv"
    assert row == {
        "line": "1",
        "end_to_end_id": "e2e-1",
        "name": "'=HYPERLINK(1)",
        "number": "'+254700000000",
        "amount": "1000.05",
        "currency": "KES",
        "reference": "'@SUM(A1)",
    }


def test_euro_to_a_number_that_is_no_iban_is_a_table() -> None:
    assert render(line(number="254700000000")).media_type == "text/csv"


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("DE89370400440532013000", True),
        ("FR1420041010050500013M02606", True),
        ("GB82WEST12345698765432", True),
        ("DE89370400440532013001", False),
        ("DE8937040044053201300", False),
        ("XX", False),
        ("+254700000000", True),
        ("254700000000", True),
        ("", False),
        ("=1+1", False),
        ("12 34", False),
    ],
)
def test_details_are_right_or_are_not(number: str, valid: bool) -> None:  # noqa: FBT001
    assert bank_file.is_valid(BankDetails("Kitui", number)) is valid
    assert bank_file.is_valid(BankDetails(" ", number)) is False


def test_the_bank_answers_nothing() -> None:
    bank = gateway.payouts("bank_file")
    order = PayoutOrder(KEY, "k", "bank-1", Money(1, "EUR"), "stage-1")

    assert bank.send(order).status is PayoutStatus.WAITING
    assert bank.send(order) == bank.find(order) == bank.fetch(order)
    assert bank.send(order).provider_key == KEY.replace("-", "")
    with pytest.raises(ProviderRefused):
        bank.take_back(order)


def test_an_account_without_details_cannot_be_paid() -> None:
    bank = gateway.payouts("bank_file")

    nothing = bank.fetch_payee("bank-1")
    something = bank.fetch_payee("bank-1", BankDetails("Kitui", IBAN))

    assert (nothing.is_payable, nothing.requirements) == (False, ("external_account",))
    assert (something.is_payable, something.details_label) == (True, "FR …2606")
