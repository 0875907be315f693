"""What differs between two rules, in words people read."""

from __future__ import annotations

from django.utils import translation

from projects.agency.matching.comparison import Line, lines
from tests.make.rules import document


def test_differences_are_told_in_words() -> None:
    before = document(rate=[1, 2], caps=[{"scope": "donor", "amount": 100_00}])
    after = document(
        rate=[1, 1],
        tz="Africa/Nairobi",
        window=["2026-03-01T00:00:00Z", "2026-04-01T00:00:00+03:00"],
        caps=[{"scope": "donor", "amount": 100_00, "period": "fiscal_year"}],
        eligible=[{"field": "donor.residence", "op": "in", "value": ["DEU", "ITA"]}],
        needs_award=True,
    )

    assert lines(before, after) == (
        Line(
            "From when to when",
            "1 March 2026 00:00 (UTC), 1 April 2026 00:00 (UTC)",
            "1 March 2026 03:00 (Africa/Nairobi), 1 April 2026 00:00 (Africa/Nairobi)",
        ),
        Line("Rate", "1/2", "1/1"),
        Line("Time zone", "", "Africa/Nairobi"),
        Line("Limits · row 1 · counted", "", "each fiscal year"),
        Line(
            "Conditions",
            "",
            "fact: the country the giver lives in; compared: is one of; with: DEU, ITA",
        ),
        Line("Only with an award of a committee", "", "yes"),
    )


def test_amounts_are_written_in_the_language_of_the_page() -> None:
    with translation.override("ar"):
        (line,) = lines(document(pot=1), document(pot=1_000_50))

    assert "1,000.50" in line.after
