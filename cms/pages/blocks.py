"""Sections of the home page. Editors choose words and order; figures come from the books."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class Place(models.TextChoices):
    """Where a door leads; only to what exists."""

    PROJECTS = "public:list", _("The list of projects")
    SEND = "remittances:send", _("The comparison of transfer costs")
    AGENCY = "agency:home", _("The workspace of agencies")


LOOKS = {
    Place.PROJECTS: {"icon": "hand-coins", "dye": ""},
    Place.SEND: {"icon": "send", "dye": "madder"},
    Place.AGENCY: {"icon": "building-2", "dye": "leaf"},
}


class Proof(models.TextChoices):
    """The sign beside a check, by the name of its icon."""

    PEOPLE = "users", _("People")
    REGISTER = "landmark", _("Register")
    VISIT = "map-pin", _("Visit")
    ACCOUNT = "wallet", _("Account")
    STAGES = "file-text", _("Stages")


class DoorBlock(blocks.StructBlock):  # type: ignore[misc]
    place = blocks.ChoiceBlock(choices=Place.choices)
    title = blocks.CharBlock(max_length=60)
    text = blocks.CharBlock(max_length=140)

    def get_context(
        self, value: blocks.StructValue, parent_context: dict[str, object] | None = None
    ) -> dict[str, object]:
        """Add the icon and the dye that belong to the place."""
        return {**super().get_context(value, parent_context), **LOOKS[Place(value["place"])]}

    class Meta:
        template = "cms_pages/blocks/door.html"


class DoorsBlock(blocks.StructBlock):  # type: ignore[misc]
    heading = blocks.CharBlock(max_length=100)
    doors = blocks.ListBlock(DoorBlock(), min_num=1, max_num=4)

    class Meta:
        icon = "list-ul"
        template = "cms_pages/blocks/doors.html"


class ClosingSoonBlock(blocks.StructBlock):  # type: ignore[misc]
    heading = blocks.CharBlock(max_length=100)

    class Meta:
        icon = "time"
        template = "cms_pages/blocks/closing_soon.html"


class TransferCostsBlock(blocks.StructBlock):  # type: ignore[misc]
    heading = blocks.CharBlock(
        max_length=120, help_text=_("Used where there are no two prices to put side by side.")
    )
    text = blocks.TextBlock()

    class Meta:
        icon = "dots-horizontal"
        template = "cms_pages/blocks/transfer_costs.html"


class CheckBlock(blocks.StructBlock):  # type: ignore[misc]
    sign = blocks.ChoiceBlock(choices=Proof.choices)
    claim = blocks.CharBlock(max_length=80)
    how = blocks.CharBlock(max_length=160)


class HonestNumbersBlock(blocks.StructBlock):  # type: ignore[misc]
    heading = blocks.CharBlock(max_length=100)
    text = blocks.TextBlock()
    checks_heading = blocks.CharBlock(max_length=100)
    checks = blocks.ListBlock(CheckBlock(), min_num=1)

    class Meta:
        icon = "clipboard-list"
        template = "cms_pages/blocks/honest_numbers.html"


class WarningBlock(blocks.StructBlock):  # type: ignore[misc]
    heading = blocks.CharBlock(max_length=120)
    text = blocks.TextBlock()

    class Meta:
        icon = "warning"
        template = "cms_pages/blocks/warning.html"


SECTIONS = (
    ("doors", DoorsBlock()),
    ("closing_soon", ClosingSoonBlock()),
    ("transfer_costs", TransferCostsBlock()),
    ("honest_numbers", HonestNumbersBlock()),
    ("warning", WarningBlock()),
)
