"""What has happened, as plain records: no rule is in here, and nothing of the product."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Gift:
    """One contribution."""

    key: str
    minor: int
    pays: list[Pay] = field(default_factory=list)
    heard: list[Back] = field(default_factory=list)  # In the order in which it was heard of.
    counted: Pay | None = None  # The payment that settled it.
    kept: bool = False  # Its giver has gone to pay, and nobody has heard that this came to nothing.
    until: float = 0  # So long is its match promised.
    held: int = 0  # Match reserved.
    decided: int | None = None  # Match decided; None until its turn.
    match: int = 0  # What stands of it.
    gone: int = 0  # What of it is held back or taken.
    fee_owed: int = 0  # What the escrow lacked when the platform took back what made up for fees.

    @property
    def may_bring_money(self) -> bool:
        """Tell whether a payment is live, or was charged and has not all gone back."""
        gone = dict.fromkeys(self.pays, 0)
        for back in self.heard:
            gone[back.pay] += back.minor if back.told == "taken" else 0
        return any(pay.state != "failed" and gone[pay] < pay.minor for pay in self.pays)


@dataclass(eq=False)
class Pay:
    """One attempt to collect a gift: live, failed or charged at the provider."""

    gift: Gift
    minor: int
    fee: int = 0
    state: str = "live"
    at: float = 0  # When it was charged.
    backs: list[Back] = field(default_factory=list)

    def left(self, kind: str, *stages: str) -> int:
        """Return what was charged less what of it is going back, or has gone."""
        backs = [back for back in self.backs if kind in back.kind and back.at in stages]
        return self.minor - sum(back.minor for back in backs)


@dataclass(eq=False)
class Back:
    """A refund or a dispute: held, taken or returned, at the provider and as far as was heard."""

    pay: Pay
    kind: str
    minor: int
    key: str
    ours: str = ""  # Our id of it.
    at: str = "held"
    told: str = ""
    fee: int = 0
    taken: int = 0  # Of the gift's own money; what is more is the platform's loss.
    owed: int = 0  # What of that the escrow did not have.


@dataclass(eq=False)
class Payout:
    """One payout to the owner: waiting, sent, paid or back."""

    minor: int
    key: str
    state: str = "waiting"
    kept: int = 0  # What of it settles what the owner owed.


@dataclass(eq=False)
class Books:
    """All that has happened."""

    funded: int = 0
    gifts: list[Gift] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
