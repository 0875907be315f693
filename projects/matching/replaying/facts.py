"""What a replayed contribution says of itself, its giver and its project: the file's word only.

Nothing is known that the file does not say. A club and a region may be written with the giver or
with the project, whichever has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.money import Money
from projects.matching.gifts import Gift

if TYPE_CHECKING:
    from projects.matching.replaying.names import Names
    from projects.matching.replaying.scenarios import Attributes, Contribution, Scenario

UNKNOWN = ("project.country", "project.sector", "project.kind", "donor.residence")
"""Facts that a gift always carries; without a word of the file they are not known."""
ELSEWHERE = {
    "donor.club": ("contribution.club", "project.club"),
    "project.region": ("donor.region", "contribution.region"),
    "project.organisation": ("donor.organisation",),
    "project.asked": ("project.ask", "project.requested"),
    "project.beneficiary": ("donor.beneficiary", "contribution.beneficiary"),
}


def gift_of(event: Contribution, scenario: Scenario, names: Names) -> Gift:
    """Return the gift that matching is told of."""
    facts = facts_of(event, scenario)
    return Gift(
        contribution_ref=names.contributions[event.id],
        campaign_key=names.campaign(event.project),
        project_id=names.projects[event.project],
        project_slug=event.project,
        country="",
        sector="",
        kind="",
        amount=Money(event.minor, event.currency),
        donor_key=None if event.donor is None else names.donors[event.donor],
        residence=None,
        extra=facts,
    )


def facts_of(event: Contribution, scenario: Scenario) -> Attributes:
    """Return every fact of a contribution, by the names that rules use."""
    donor = scenario.donors.get(event.donor, {}) if event.donor is not None else {}
    found: Attributes = dict.fromkeys(UNKNOWN)
    found |= {"project.slug": event.project, "contribution.amount": event.minor}
    found |= _named("donor", donor)
    found |= _of_project(event.project, scenario)
    found |= {
        ("role" if key == "role" else f"contribution.{key}"): fact
        for key, fact in event.facts.items()
    }
    return _with_elsewhere(found)


def of_project(name: str, scenario: Scenario) -> Attributes:
    """Return every fact of a project, whether somebody gave to it or not."""
    known: Attributes = {"project.slug": name}
    known |= _of_project(name, scenario)
    return {key: fact for key, fact in _with_elsewhere(known).items() if fact is not None}


def _of_project(name: str, scenario: Scenario) -> Attributes:
    project = scenario.projects[name]
    owner = scenario.organisations.get(str(project.get("organisation")), {})
    return _named("organisation", owner) | _named("project", project)


def _with_elsewhere(found: Attributes) -> Attributes:
    for name, places in ELSEWHERE.items():
        if found.get(name) is None:
            found[name] = next((found[each] for each in places if found.get(each)), None)
    return found


def _named(whose: str, attributes: Attributes) -> Attributes:
    """Return attributes under their full names; one that is written in full keeps its name."""
    return {key if "." in key else f"{whose}.{key}": fact for key, fact in attributes.items()}
