"""Is the process up, and is the site ready for people?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer that the process is up. Asks nothing of anybody else."""
    return HttpResponse("ok", content_type="text/plain")
