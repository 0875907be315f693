"""What is refused to people who write programmes. Every message may be shown to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from datetime import datetime


class DraftRefused(Exception):
    """A step that is not possible for this draft or this person."""


class NotAllowed(DraftRefused):
    """The person has no role that permits the step, or took the other part in it."""


class WrongState(DraftRefused):
    """The draft is not in a state that has this step."""


class DraftWaiting(DraftRefused):
    """The agency is already writing on this programme."""


class DraftChanged(DraftRefused):
    """Somebody else saved the draft after it was opened."""

    def __init__(self, *, saved_by: str, saved_at: datetime, version: int) -> None:
        super().__init__(
            _("%(name)s saved this draft while you were writing.") % {"name": saved_by}
        )
        self.saved_by = saved_by
        self.saved_at = saved_at
        self.version = version


class DraftOutdated(DraftRefused):
    """Another version of the programme was published after the draft was begun."""


class CallRefused(Exception):
    """A step of a committee's round that is not possible."""
