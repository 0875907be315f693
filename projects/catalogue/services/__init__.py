from projects.catalogue.services.drafts import (
    DraftLine,
    ProjectDraft,
    create_project,
    save_project,
)
from projects.catalogue.services.transitions import submit_project, withdraw_project

__all__ = [
    "DraftLine",
    "ProjectDraft",
    "create_project",
    "save_project",
    "submit_project",
    "withdraw_project",
]
