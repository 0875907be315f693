from projects.catalogue.models.details import BudgetLine, Document, Risk, TeamMember
from projects.catalogue.models.organisations import Membership, Organisation
from projects.catalogue.models.projects import Project
from projects.catalogue.models.texts import ProjectText
from projects.catalogue.models.transitions import TransitionLog

__all__ = [
    "BudgetLine",
    "Document",
    "Membership",
    "Organisation",
    "Project",
    "ProjectText",
    "Risk",
    "TeamMember",
    "TransitionLog",
]
