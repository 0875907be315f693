"""Typed builders for programmes that allocate at their close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from projects.matching import services
from tests.make import matching as make

if TYPE_CHECKING:
    from projects.matching.models import ProgrammeVersion, Round

END = datetime(2026, 4, 1, tzinfo=UTC)
LATER = END + timedelta(days=10)


def project(n: int) -> UUID:
    return UUID(int=n)


def campaign(n: int) -> str:
    return f"campaign:{n}"


def programme(*, pot_minor: int = 100_00, **changes: object) -> ProgrammeVersion:
    """Publish `fund`, which shares its pot 1/1 pro rata at its close unless told otherwise."""
    terms = {"id": "fund", "allocation": "prorata_close"} | changes
    if terms["allocation"] == "prorata_close":
        terms = {"rate": [1, 1]} | terms
    return make.programme(pot_minor=pot_minor, **terms)


def given(
    ref: str, minor: int, *, project_n: int = 1, donor: str = "", at: datetime = make.NOON
) -> services.Gift:
    """Count a gift and let the programmes take their claims."""
    gift = make.gift(minor, ref=ref, donor=donor or f"d-{ref}", project=project(project_n))
    gift = replace(gift, campaign_key=campaign(project_n))
    services.count(gift=gift, settled_at=at, now=at)
    services.allocate_all_due(now=at)
    return gift


def close(at: datetime = END) -> Round:
    return services.close_programme(programme_id="fund", now=at)
