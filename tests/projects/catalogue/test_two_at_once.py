"""Two colleagues press Save in the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from projects.catalogue.models import Project
from projects.catalogue.refusals import ProjectChanged
from projects.catalogue.services import create_project, drafts, save_project, steps
from tests.make import catalogue as make
from tests.projects.catalogue.test_drafts import DRAFT

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db(transaction=True)


def save_at_once() -> list[str]:
    """Let two officers save the same version together; return what became of each."""
    agency = make.agency()
    officers = [make.member(agency).pk, make.member(agency).pk]
    project = create_project(draft=DRAFT, agency_id=agency.pk, actor_id=officers[0], now=make.NOON)

    def save(officer: UUID) -> str:
        try:
            save_project(
                project_id=project.pk,
                draft=replace(DRAFT, title=f"By {officer}"),
                version=1,
                actor_id=officer,
                now=make.NOON,
            )
        except ProjectChanged:
            return "refused"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(max_workers=2) as both:
        return sorted(both.map(save, officers))


def test_one_saves_and_the_other_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    together, locked = Barrier(2, timeout=10), steps.locked

    def at_once(project_id: UUID) -> Project:
        together.wait()
        return locked(project_id)

    monkeypatch.setattr(drafts, "locked", at_once)

    assert save_at_once() == ["refused", "saved"]
    assert Project.objects.get().version == 2


def test_without_the_lock_one_would_overwrite_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Barrier(2, timeout=10)

    def unlocked(project_id: UUID) -> Project:
        project = Project.objects.get(pk=project_id)
        together.wait()
        return project

    monkeypatch.setattr(drafts, "locked", unlocked)

    assert save_at_once() == ["saved", "saved"]
