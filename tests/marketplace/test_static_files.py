"""What a browser fetches besides the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from marketplace import icons, storage

STATIC = Path("marketplace/static")
SHEETS = sorted((STATIC / "css").glob("*.css"))
COMPONENTS = [sheet for sheet in SHEETS if sheet.name not in {"site.css", "tokens.css"}]
SIDES = "left|right|top|bottom"
PHYSICAL = re.compile(
    rf"(?:margin|padding|border)-(?:{SIDES})|^\s*(?:{SIDES}|width|height):", re.MULTILINE
)
OUR_FILES = {
    "STATICFILES_FINDERS": ["django.contrib.staticfiles.finders.FileSystemFinder"],
    "STATICFILES_DIRS": [STATIC.resolve()],
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "marketplace.storage.BundlingStorage"},
    },
}


def test_collecting_makes_one_style_sheet_of_all(tmp_path: Path) -> None:
    with override_settings(**OUR_FILES, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
    (hashed,) = tmp_path.glob("css/site.*.css")
    sheet = hashed.read_text()
    assert "@import" not in sheet
    assert sheet.startswith("@layer reset, tokens, base, layout, components, utilities;")
    assert sheet.count("@layer tokens {") == 1
    (font,) = re.findall(r'url\("(\.\./fonts/[^"]+)"\)', sheet)
    assert (hashed.parent / font).resolve().exists()


def test_every_sheet_is_imported_once_into_a_layer() -> None:
    imported = [
        found["name"]
        for found in storage.IMPORT.finditer(Path(SHEETS[0].parent, "site.css").read_text())
    ]
    assert sorted(imported) == sorted(sheet.name for sheet in SHEETS if sheet.name != "site.css")


@pytest.mark.parametrize("sheet", COMPONENTS, ids=lambda sheet: sheet.name)
def test_a_component_uses_roles_and_logical_directions(sheet: Path) -> None:
    text = storage.COMMENT.sub("", sheet.read_text())
    assert "!important" not in text
    assert not PHYSICAL.findall(text)
    assert not re.findall(r"var\(--(?:indigo|madder|leaf|cotton|thread|ink)-", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_comment_hides_an_address_from_the_manifest(sheet: Path) -> None:
    assert not [note for note in storage.COMMENT.findall(sheet.read_text()) if "url(" in note]


def test_the_sprite_knows_its_icons_and_refuses_others() -> None:
    assert icons.known("map-pin") == "map-pin"
    with pytest.raises(icons.NoSuchIcon):
        icons.known("no-such-icon")
