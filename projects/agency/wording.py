"""What the workspace says of states and steps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from projects.catalogue.models import Project

State = Project.State

NEXT = {
    State.DRAFT: _("Finish the form and send it for checking."),
    State.SUBMITTED: _("Wait. A colleague who did not write it takes the first look."),
    State.SCREENING: _("Wait. A colleague takes the first look."),
    State.CLARIFICATION: _("Answer the questions of the colleague who checks it."),
    State.DUE_DILIGENCE: _("Wait. The organisation, its papers and its prices are being checked."),
    State.COMMITTEE: _("Wait. The committee decides."),
    State.APPROVED: _("It is accepted and will be published."),
    State.LISTED: _("It is public. People can find it and give to it."),
    State.SUSPENDED: _("It is public, but takes no money until the pause ends."),
    State.COMPLETED: _("Nothing. The work is done and reported."),
    State.ARCHIVED: _("Nothing. It is kept for the record."),
    State.REJECTED: _("It was not accepted. The reason is in its history."),
    State.WITHDRAWN: _("Nothing. It was taken back."),
}

TONES = {
    State.LISTED: "ok",
    State.COMPLETED: "ok",
    State.APPROVED: "ok",
    State.REJECTED: "bad",
    State.SUSPENDED: "bad",
    State.WITHDRAWN: "calm",
    State.ARCHIVED: "calm",
    State.DRAFT: "calm",
}
"""Classes of the tag; every other state waits for somebody and has the plain one."""

EVENTS = {
    "create": _("Started"),
    "save": _("Saved"),
    "submit": _("Sent for checking"),
    "withdraw": _("Taken back"),
    "seed": _("Loaded with the demonstration"),
}
