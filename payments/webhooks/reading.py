"""Whether a delivery is an event of our provider, fresh and meant for us; and what it says.

The signature proves who sent the bytes. It does not prove that they are fresh, of our mode or of
our account, and JSON has forms in which two readers see different things. All of that is refused
here, before a row is written.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from payments.gateway.stripe.client import OUR_KEY, is_signed

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = timedelta(seconds=300)
_HEADER = re.compile(r"t=(?P<seconds>[0-9]{1,11})(?P<values>(?:,v[01]=[0-9a-f]{64})+)")
_NAME = re.compile(r"[!-~]{1,255}")
_CHANGES_BY_DELIVERY = "pending_webhooks"


class Refusal(StrEnum):
    """Why a delivery was refused, as counted in the metrics."""

    UNSIGNED = "unsigned"
    SIGNATURE = "signature"
    TOO_OLD = "too_old"
    TOO_NEW = "too_new"
    NOT_JSON = "not_json"
    NOT_AN_EVENT = "not_an_event"
    OTHER_MODE = "other_mode"
    OTHER_ACCOUNT = "other_account"
    OTHER_BODY = "other_body"  # An id that stood for another event before.
    ENCODED = "encoded"  # The bytes are not as they were signed, or come in pieces.
    METHOD = "method"


class AmbiguousJson(ValueError):
    """Text that not every reader of JSON understands in the same way."""


class EventRefused(Exception):
    """A delivery that changes nothing."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a delivery must fit to be ours."""

    secrets: list[str]
    livemode: bool
    is_ours: Callable[[str], bool]  # Whether an account that an event names is ours or a payee's.


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """What we keep of an event besides its bytes."""

    key: str
    kind: str
    account_key: str  # As the event names it; blank: our own.
    object_key: str
    payment_key: str
    digest: str


def read(body: bytes, signature: str, *, expected: Expectation, now: datetime) -> ReceivedEvent:
    """Return the event in a delivery.

    Raises:
        EventRefused: Unsigned, too old or too new, not JSON, or meant for somebody else.
    """
    seconds, values = _signature_parts(signature)
    _check_signature(body, f"t={seconds}{values}", expected.secrets)
    _check_age(seconds, now)
    event = _parsed(body)
    _check_destination(event, expected)
    subject = _subject(event)
    return ReceivedEvent(
        key=_name(event, "id"),
        kind=_name(event, "type"),
        account_key=_text(event.get("account")),
        object_key=_text(subject.get("id")),
        payment_key=_payment_key(subject),
        digest=_digest(event),
    )


def _signature_parts(header: str) -> tuple[int, str]:
    """Return when a delivery was signed, in seconds since 1970, and its values.

    Read once: a header in which another reader could see another time is no signature.
    """
    if not header:
        raise EventRefused(Refusal.UNSIGNED)
    if (parts := _HEADER.fullmatch(header)) is None:
        raise EventRefused(Refusal.SIGNATURE)
    return int(parts["seconds"]), parts["values"]


def _check_signature(body: bytes, signature: str, secrets: list[str]) -> None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EventRefused(Refusal.NOT_JSON) from error
    if not is_signed(body, signature, secrets=secrets):
        raise EventRefused(Refusal.SIGNATURE)


def _check_age(seconds: int, now: datetime) -> None:
    signed_at = datetime.fromtimestamp(seconds, UTC)
    if signed_at < now - TOLERANCE:
        raise EventRefused(Refusal.TOO_OLD)
    if signed_at > now + TOLERANCE:
        raise EventRefused(Refusal.TOO_NEW)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body, object_pairs_hook=_without_twins, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise EventRefused(Refusal.NOT_JSON) from error
    if not isinstance(event, dict) or event.get("object") != "event":
        raise EventRefused(Refusal.NOT_AN_EVENT)
    return event


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, refusing one in which two readers could see different values."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise AmbiguousJson(pairs[0][0])
    return members


def _no_constant(name: str) -> None:
    raise AmbiguousJson(name)


def _check_destination(event: dict[str, Any], expected: Expectation) -> None:
    if event.get("livemode") is not expected.livemode:
        raise EventRefused(Refusal.OTHER_MODE)
    account = event.get("account")
    if account is not None and not (_text(account) and expected.is_ours(account)):
        raise EventRefused(Refusal.OTHER_ACCOUNT)


def _subject(event: dict[str, Any]) -> dict[str, Any]:
    content = event.get("data")
    subject = content.get("object") if isinstance(content, dict) else None
    if not isinstance(subject, dict):
        raise EventRefused(Refusal.NOT_AN_EVENT)
    return subject


def _name(event: dict[str, Any], field: str) -> str:
    name = _text(event.get(field))
    if not name:
        raise EventRefused(Refusal.NOT_AN_EVENT)
    return name


def _payment_key(subject: dict[str, Any]) -> str:
    carried = subject.get("metadata")
    return _text(carried.get(OUR_KEY)) if isinstance(carried, dict) else ""


def _text(value: object) -> str:
    """Return a printable name, or nothing for anything else."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _digest(event: dict[str, Any]) -> str:
    said = {name: value for name, value in event.items() if name != _CHANGES_BY_DELIVERY}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
