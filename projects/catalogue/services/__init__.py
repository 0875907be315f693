from projects.catalogue.services.drafts import (
    DraftLine,
    ProjectDraft,
    create_project,
    save_project,
)
from projects.catalogue.services.organisations import add_member, found_organisation
from projects.catalogue.services.transitions import submit_project, withdraw_project

__all__ = [
    "DraftLine",
    "ProjectDraft",
    "add_member",
    "create_project",
    "found_organisation",
    "save_project",
    "submit_project",
    "withdraw_project",
]
