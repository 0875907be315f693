"""Which currency a surveyed rate pays out, told by its size.

The survey names the sender's currency only. Half of the rows from Kenya to Uganda give shillings of
Uganda for one of Kenya (27.5), the others US dollars (0.0077). Multiplying one and naming it the
other is the worst mistake a comparison can make, so a currency is named only where the reference
rate can mean no other: the dollar, or the destination's own currency when we know about how much of
it makes a dollar and no other known currency is nearer. Otherwise no amount in the recipient's
money is shown.
"""

from __future__ import annotations

from fractions import Fraction

DOLLAR = "USD"

# About how many units make a US dollar, in 2025, from reference rates of the World Bank's survey
# (2025_3Q: 0.00774 USD, 27.54 UGX, 20.21 TZS and 11.20 RWF for one KES). To tell currencies apart;
# nothing is ever converted with these.
_UNITS_PER_DOLLAR = {
    DOLLAR: Fraction(1),
    "KES": Fraction(130),
    "RWF": Fraction(1450),
    "TZS": Fraction(2600),
    "UGX": Fraction(3560),
}
_NEAR = Fraction(8, 5)


def implied_currency(*, sent: str, local: str, reference_rate: Fraction | None) -> str | None:
    """Return the currency that `reference_rate` units of make one unit of `sent`, if it is plain.

    `local` is the currency of the country that receives.
    """
    if not reference_rate or not {sent, local} <= _UNITS_PER_DOLLAR.keys():
        return None
    per_dollar = reference_rate * _UNITS_PER_DOLLAR[sent]
    distances = {code: _apart(per_dollar, units) for code, units in _UNITS_PER_DOLLAR.items()}
    nearest = min(distances, key=distances.__getitem__)
    plain = distances[nearest] < _NEAR and nearest in {DOLLAR, local} and nearest != sent
    return nearest if plain else None


def _apart(one: Fraction, other: Fraction) -> Fraction:
    """Return how many times the larger is the smaller."""
    return max(one / other, other / one)
