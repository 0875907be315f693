"""What a round gives, as one award for each campaign."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from projects.matching import parts
from projects.matching.models import Award, Round
from projects.matching.selectors import claims as found
from projects.matching.services.programmes import ProgrammeRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.matching.closing import Closed
    from projects.matching.instant.outcomes import Parts

State = Award.State


class NoCampaign(ProgrammeRefused):
    """A project that nobody gave to is awarded something, and has no campaign of its own."""


def awards_of(row: Round, closed: Closed, others: Mapping[str, str]) -> list[Award]:
    """Return one award for each campaign that has claims; a project may have several campaigns.

    What a project gets is divided by what the shares of each campaign sum to. `others` are the
    campaigns of projects that have no claims.

    Raises:
        NoCampaign: a project without claims has no campaign, or one that is another project's.
        NotWithin: the awards are not all that the round gives.
    """
    campaigns = found.campaigns(row.programme_id, row.number)
    campaigns |= _without_claims(closed, campaigns, others)
    of_project = defaultdict[UUID, list[str]](list)
    for campaign_key, project_id in sorted(campaigns.items()):
        of_project[project_id].append(campaign_key)
    several = [key for keys in of_project.values() if len(keys) > 1 for key in keys]
    sums = _share_sums(row, closed, several)
    awards = []
    for project_id, keys in sorted(of_project.items()):
        given = closed.by_project.get(str(project_id), ())
        reason = closed.project_reasons.get(str(project_id), "")
        wanted = [sums[key] for key in keys] if len(keys) > 1 else [parts.total(given)]
        awards += [
            _award(row, key, project_id, part, reason)
            for key, part in zip(keys, parts.divided(given, wanted), strict=True)
        ]
    if (given_minor := sum(award.decided_minor for award in awards)) != row.matched_minor:
        raise parts.NotWithin(f"Awards of {given_minor} are not {row.matched_minor}.")
    return awards


def _without_claims(
    closed: Closed, claimed: Mapping[str, UUID], others: Mapping[str, str]
) -> dict[str, UUID]:
    """Return the campaigns of projects that are awarded something and have no claims."""
    awarded = {project for project, given in closed.by_project.items() if given}
    known = set(claimed.values())
    without = [project for project in sorted(awarded) if UUID(project) not in known]
    if any(project not in others for project in without):
        raise NoCampaign(_("A project is awarded match but has no campaign to receive it."))
    found = {others[project]: UUID(project) for project in without}
    if len(found) < len(without) or found.keys() & claimed.keys():
        raise NoCampaign(_("A campaign cannot receive the match of two projects."))
    return found


def _share_sums(row: Round, closed: Closed, campaign_keys: Sequence[str]) -> Counter[str]:
    """Return what the shares of each of some campaigns sum to."""
    sums = Counter[str]()
    if campaign_keys:
        of = found.campaigns_of_claims(row.programme_id, row.number, campaign_keys)
        for ref, minor in closed.by_claim:
            if ref in of:
                sums[of[ref]] += minor
    return sums


def _award(row: Round, key: str, project_id: UUID, given: Parts, reason: str) -> Award:
    minor = parts.total(given)
    return Award(
        id=uuid7(),
        round=row,
        programme_id=row.programme_id,
        campaign_key=key,
        project_id=project_id,
        decided_minor=minor,
        decided_parts=given,
        amount_minor=minor,
        parts=given,
        state=State.COMMITTED if minor else State.UNMATCHED,
        reason=reason or ("" if minor else "rounds_to_zero"),
        ledger_key=f"match_awarded:{row.pk}:{key}" if minor else "",
    )
