"""Matching programmes of the demo world: documents in the one rule format, and their pots."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    agency: str
    document: dict[str, object]
    pot_minor: int


def _country(code: str) -> dict[str, object]:
    return {"field": "project.country", "op": "eq", "value": code}


OFFERS = (
    Offer(
        agency="kenya-diaspora-office",
        pot_minor=40_000_00,
        document={
            "id": "kenya-diaspora-fund",
            "name": "Kenya Diaspora Fund (demo)",
            "currency": "EUR",
            "window": ["2026-10-01T00:00:00+03:00", "2028-01-01T00:00:00+03:00"],
            "tz": "Africa/Nairobi",
            "eligible": [_country("KEN")],
            "rate": [2, 1],
            "caps": [
                {"scope": "donor", "amount": 2_000_00},
                {"scope": "project", "amount": 12_000_00},
            ],
        },
    ),
    Offer(
        agency="moldova-diaspora-desk",
        pot_minor=30_000_00,
        document={
            "id": "moldova-one-plus-one",
            "name": "Moldova 1+1 (demo)",
            "currency": "EUR",
            "window": ["2026-10-01T00:00:00+03:00", "2028-01-01T00:00:00+02:00"],
            "tz": "Europe/Chisinau",
            "eligible": [_country("MDA")],
            "rate": [1, 1],
            "caps": [
                {"scope": "donor", "amount": 800_00},
                {"scope": "project", "amount": 10_000_00},
            ],
        },
    ),
    Offer(
        agency="mexico-migrant-institute",
        pot_minor=15_000_00,
        document={
            "id": "mexico-hand-in-hand",
            "name": "Mexico Hand in Hand (demo)",
            "currency": "EUR",
            "window": ["2026-10-01T00:00:00-06:00", "2028-01-01T00:00:00-06:00"],
            "tz": "America/Mexico_City",
            "eligible": [
                _country("MEX"),
                {"field": "project.kind", "op": "eq", "value": "social"},
            ],
            "rate": [1, 1],
            "caps": [{"scope": "donor", "amount": 500_00}],
        },
    ),
    Offer(
        agency="senegal-diaspora-agency",
        pot_minor=12_000_00,
        document={
            "id": "senegal-half-as-much-again",
            "name": "Senegal Half as Much Again (demo)",
            "currency": "EUR",
            "window": ["2026-10-01T00:00:00Z", "2028-01-01T00:00:00Z"],
            "tz": "Africa/Dakar",
            "eligible": [_country("SEN")],
            "min_contribution": 20_00,
            "rate": [1, 2],
            "caps": [{"scope": "contribution", "amount": 250_00}],
        },
    ),
)
