"""What the catalogue's services refuse. Every message may be shown to the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from projects.catalogue.readiness import Missing


class ProjectRefused(Exception):
    """A step that is not possible for this project or this person."""


class NotAllowed(ProjectRefused):
    """The person has no role that permits the step."""


class WrongState(ProjectRefused):
    """The project is not in a state that has this step."""


class ProjectChanged(ProjectRefused):
    """Somebody else saved the project after it was opened for editing."""

    def __init__(self, *, saved_by: str, saved_at: datetime, version: int) -> None:
        super().__init__(
            _("%(name)s saved this project while you were writing.") % {"name": saved_by}
        )
        self.saved_by = saved_by
        self.saved_at = saved_at
        self.version = version


class NotReady(ProjectRefused):
    """Something is missing before the project can be sent for checking."""

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(" ".join(str(item.text) for item in missing))
        self.missing = missing
