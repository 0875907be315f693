"""The figures from the shell."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from remittances.figures.tasks import mend_figures
from remittances.models import CorridorQuarter
from tests.make import remittances as make

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("remittance_figures", *words, stdout=out)
    return out.getvalue()


def test_figures_that_were_changed_are_found_and_worked_out_anew() -> None:
    make.real_prices()
    assert json.loads(said("check", "--json")) == {"ok": True, "differences": []}
    CorridorQuarter.objects.filter(origin="TZA").update(firms=99)
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("remittance_figures", "check", stdout=out)
    assert refused.value.returncode == 1
    assert out.getvalue() == "TZAKEN 2025_3Q\nTZAUGA 2025_3Q\n"
    assert said("rebuild") == "6 corridors in quarters written.\n"
    assert said("check") == "The figures are what the rows give.\n"


def test_the_task_mends_them() -> None:
    make.imported([make.row()])
    CorridorQuarter.objects.all().delete()
    mend_figures()
    assert CorridorQuarter.objects.get().services == 1
