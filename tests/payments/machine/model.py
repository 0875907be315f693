"""What the books should say, worked out from what happened. Knows nothing of the product."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from tests.payments.machine.facts import Back, Books, Gift

T = TypeVar("T")
STAGES, STRIPE, BANK = ("", "held", "taken", "returned"), "clearing/stripe", "clearing/bank_file"


def lines(books: Books) -> Iterator[tuple[str, str, int, bool]]:
    """Yield what was moved: debit, credit, amount, and whether it is only held."""
    yield "clearing/treasury", "match_pot", books.funded, False
    for gift in books.gifts:
        donor, fee = f"donor/{gift.key}", gift.counted.fee if gift.counted else 0
        yield "match_pot", "match_earned", gift.held + gift.match, True
        yield donor, "escrow", gift.minor if gift.counted else 0, False
        yield "escrow", "processor_fee", fee, False
        yield "loss/lost_fees", "escrow", fee * gift.gone // gift.minor, False
        yield "payable", "escrow", gift.fee_owed, False
        for pay in (pay for pay in gift.pays if pay.state == "charged"):
            yield STRIPE, donor, pay.minor, False
            yield "processor_fee", STRIPE, pay.fee, False
            for back in pay.backs:
                out = donor if back.at == "taken" else f"block/{back.key}"
                is_out = back.at == "taken" or (back.at, back.kind) == ("held", "dispute")
                yield out, STRIPE, back.minor if is_out else 0, False
                yield "loss/dispute_fees", STRIPE, back.fee, False
                if pay is gift.counted and back.told in ("held", "taken"):
                    beyond, is_held = back.minor - back.taken, back.told == "held"
                    yield "escrow", donor, back.taken - back.owed, is_held
                    yield "payable", donor, back.owed, is_held
                    yield "loss/beyond_the_gift", donor, beyond, is_held
    for payout in (payout for payout in books.payouts if payout.state in ("sent", "paid")):
        is_sent = payout.state == "sent"
        yield "escrow", "payable", payout.minor, is_sent
        yield "payable", BANK, 0 if is_sent else payout.minor - payout.kept, False


def balances(books: Books) -> Counter[tuple[str, bool]]:
    """Return what is on every account, and apart from it what is only held there."""
    found = Counter[tuple[str, bool]]()
    for debit, credit, minor, is_held in lines(books):
        found[debit, is_held] += minor
        found[credit, is_held] -= minor
    return found


def gone(gift: Gift, kind: str, told: str) -> int:
    return sum(back.taken for back in gift.heard if (back.kind, back.told) == (kind, told))


def escrow(books: Books) -> int:
    """Return what the escrow has left; below zero, what the owner owes."""
    return -sum(balances(books)["escrow", is_held] for is_held in (False, True))


def pot(books: Books) -> int:
    return books.funded - sum(gift.held + gift.match for gift in books.gifts)


def match(books: Books, gift: Gift) -> None:
    """Bring a decided match to what remains of its gift, as far as the pot reaches."""
    remaining = gift.minor - gone(gift, "refund", "taken") - gone(gift, "dispute", "taken")
    gift.match = min(gift.decided or 0, remaining * 3 // 2, gift.match + pot(books))


def decide(books: Books, gift: Gift) -> None:
    gift.decided, gift.held = min(gift.minor * 3 // 2, pot(books) + gift.held), 0
    match(books, gift)


def hear(books: Books, back: Back, told: str) -> None:
    """Take in what the campaign hears of a refund or a dispute; older news change nothing."""
    gift = back.pay.gift
    if STAGES.index(told) > STAGES.index(back.told):
        gift.heard += [] if back.told else [back]
        back.told = told
        if gift.counted is back.pay:
            share(books, gift)


def share(books: Books, gift: Gift) -> None:
    """Share a gift among all that was heard to go back of it: refunds first, then what is final."""
    shares, room = dict[Back, int](), gift.minor
    known = [back for back in gift.heard if back.pay is gift.counted]
    for back in sorted(known, key=lambda b: (b.kind != "refund", b.told != "taken", b.ours)):
        shares[back] = 0 if back.told == "returned" else min(back.minor, room)
        room -= shares[back]
    moved = [back for back in known if back.taken != shares[back]]
    for back in moved:
        back.taken = back.owed = 0
    gift.gone = gift.minor - room
    gift.fee_owed += max(0, -escrow(books))
    for back in moved:
        back.taken = shares[back]
        back.owed = max(0, -escrow(books))
    match(books, gift)


def send(books: Books) -> None:
    """Send the payouts that the escrow reaches for, less what the owner owes or may come to."""
    for payout in (payout for payout in books.payouts if payout.state == "waiting"):
        if payout.minor <= escrow(books):
            owes = sum(back.owed for g in books.gifts for back in g.heard if back.told == "held")
            owes -= sum(sent.kept for sent in books.payouts if sent.state == "sent")
            payout.kept = min(max(0, owes + balances(books)["payable", False]), payout.minor)
            payout.state = "paid" if payout.kept == payout.minor else "sent"


def agree(found: Mapping[T, object], expected: Mapping[T, object]) -> None:
    """Fail with every name under which the product has something else than the model."""
    pairs = {name: (found.get(name, 0), expected.get(name, 0)) for name in {*found, *expected}}
    wrong = {name: f"{ours}, not {right}" for name, (ours, right) in pairs.items() if ours != right}
    assert not wrong, wrong
