"""What every handler needs: the memory, the clock, the names to give, and how to tell of events."""

from __future__ import annotations

import hashlib
import secrets
import string
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.store import Store

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 24


def random_token() -> str:
    """Return 24 letters and digits that nobody can guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def derived_tokens(seed: str) -> Callable[[], str]:
    """Return a source of tokens that gives the same row for the same seed."""
    count = iter(range(1_000_000))

    def token() -> str:
        return hashlib.sha256(f"{seed}:{next(count)}".encode()).hexdigest()[:_LENGTH]

    return token


@dataclass(frozen=True, slots=True)
class World:
    """One sandbox. `delivers` is False while objects are registered whose events nobody gets."""

    store: Store
    base_url: str
    payee: str
    clock: Callable[[], float] = time.time
    token: Callable[[], str] = random_token
    delivers: bool = True
    request_id: str | None = None
    idempotency_key: str | None = None
    account: str | None = None  # The connected account that a call is about; None is ours.
    wake: Callable[[], None] = field(default=lambda: None)
    working: threading.Lock = field(default_factory=threading.Lock)  # Held while doing what is due.

    def now(self) -> int:
        """Return the sandbox's time in whole seconds since 1970."""
        return int(self.clock())

    def today(self) -> date:
        """Return the sandbox's day in UTC."""
        return datetime.fromtimestamp(self.clock(), tz=UTC).date()

    def seen_by(self, account: str | None) -> World:
        """Return this world as a connected account sees it: events tell whose they are."""
        return replace(self, account=account)

    @property
    def calls(self) -> dict[str, str | None]:
        """Return which API request is being served, as events tell it."""
        return {"id": self.request_id, "idempotency_key": self.idempotency_key}

    def name(self, prefix: str) -> str:
        """Return a new id such as `ch_…`."""
        return f"{prefix}_{self.token()}"
