"""What the books should say, worked out from what happened. Knows nothing of the product."""

from collections import Counter
from collections.abc import Iterator

from tests.payments.machine.facts import Back, Books, Gift

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
                if back.at == "taken" or (back.at, back.kind) == ("held", "dispute"):
                    out = donor if back.at == "taken" else f"block/{back.key}"
                    yield out, STRIPE, back.minor, False
                yield "loss/dispute_fees", STRIPE, back.fee, False
                if back.taken is not None and back.told in ("held", "taken"):
                    yield "escrow", donor, back.taken - back.owed, back.told == "held"
                    yield "payable", donor, back.owed, back.told == "held"
                    yield (
                        "loss/beyond_the_gift",
                        donor,
                        back.minor - back.taken,
                        back.told == "held",
                    )
    for payout in (payout for payout in books.payouts if payout.state in ("sent", "paid")):
        is_sent = payout.state == "sent"
        yield "escrow", "payable", payout.minor, is_sent
        yield "payable", BANK, 0 if is_sent else payout.minor - payout.kept, False


def balances(books: Books, *, held: bool) -> Counter[str]:
    found = Counter[str]()
    for debit, credit, minor, is_held in lines(books):
        found.update({debit: minor, credit: -minor} if is_held == held else {})
    return found


def gone(gift: Gift, kind: str, stage: str) -> int:
    return sum(b.taken or 0 for b in gift.heard if (b.kind, b.told) == (kind, stage))


def short(books: Books) -> int:
    """Return what the escrow lacks: the owner owes it."""
    return max(0, -escrow(books))


def escrow(books: Books) -> int:
    return -balances(books, held=True)["escrow"] - balances(books, held=False)["escrow"]


def pot(books: Books) -> int:
    return books.funded - sum(gift.held + gift.match for gift in books.gifts)


def match(books: Books, gift: Gift) -> None:
    """Bring a decided match to what remains of its gift, as far as the pot reaches."""
    remaining = gift.minor - gone(gift, "refund", "taken") - gone(gift, "dispute", "taken")
    if gift.decided is not None:
        wanted = min(gift.decided, remaining * 3 // 2)
        gift.match = min(wanted, gift.match + pot(books))


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
            take_in(books, back)


def take_in(books: Books, news: Back) -> None:
    """Share a gift among all that was heard to go back of it: refunds first, then what is final."""
    gift, room = news.pay.gift, news.pay.gift.minor
    known = [b for b in gift.heard if b.pay is news.pay and (b is news or b.taken is not None)]
    shares = {back: 0 for back in known if back.told == "returned" and back.taken is None}
    for back in sorted(known, key=lambda b: (b.kind != "refund", b.told != "taken", b.ours)):
        if back.told != "returned":
            shares[back] = min(back.minor, room)
            room -= shares[back]
    moved = [back for back in known if shares.get(back, back.taken) != back.taken]
    for back in moved:
        back.taken, back.owed = None, 0
    gift.gone = gift.minor - room
    gift.fee_owed += short(books)
    for back in moved:
        back.taken = shares[back]
        back.owed = short(books)
    match(books, gift)


def send(books: Books) -> None:
    """Send the payouts that the escrow reaches for, less what the owner owes or may come to."""
    for payout in (payout for payout in books.payouts if payout.state == "waiting"):
        kept = sum(sent.kept for sent in books.payouts if sent.state == "sent")
        if payout.minor <= escrow(books):
            undecided = sum(line[2] for line in lines(books) if line[0] == "payable" and line[3])
            owes = balances(books, held=False)["payable"] + undecided - kept
            payout.kept = min(max(0, owes), payout.minor)
            payout.state = "paid" if payout.kept == payout.minor else "sent"
