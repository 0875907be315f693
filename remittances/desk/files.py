"""Files of prices: uploading one, watching it being read, and the report row by row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments.sheets import csv_lines
from remittances.desk.access import actor, approving, may_approve, working
from remittances.desk.answers import SeeOther, paged
from remittances.desk.entries.forms import ReasonForm
from remittances.desk.forms import FLAGS, ReportForm, UploadForm
from remittances.imports import approval, found, uploads
from remittances.models import Dataset, PriceFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_WORDS = {flag.value: words for flag, words in FLAGS.items()}
COLUMNS = ("sheet", "row", "column", "flag", "detail")


@require_http_methods(["GET", "HEAD", "POST"])
@working
def index(request: HttpRequest) -> HttpResponse:
    """List the files, newest first, and take a new one."""
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*posted)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = uploads.take_upload(
                file=file, name=file.name, by=actor(request), now=timezone.now()
            )
        except uploads.UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return SeeOther("prices:file", made.pk)
    files = PriceFile.objects.select_related("uploaded_by").order_by("-uploaded_at")
    context = {"form": form, "page": paged(request, files)}
    return render(
        request, "remittances/desk/files.html", context, status=422 if form.errors else 200
    )


@require_safe
@working
def progress(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Show how far a file is read, and what became of it."""
    files = PriceFile.objects.select_related("uploaded_by", "decided_by")
    file = get_object_or_404(files, pk=file_id)
    expected = max(file.rows_expected or 0, 1)
    context = {
        "file": file,
        "percent": min(100, file.rows_read * 100 // expected),
        "flags": [(_WORDS.get(flag, flag), n) for flag, n in file.told.get("flags", {}).items()],
        "is_mine": file.uploaded_by_id == actor(request),
        "may_approve": may_approve(request.user),
    }
    return render(request, "remittances/desk/file.html", context)


@require_POST
@approving
def publish(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Agree to a file that another person uploaded."""
    return _decided(
        request, file_id, approval.approve_file, _("It is approved, and published soon.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@approving
def refuse(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Ask for a reason, then turn a file down."""
    file = get_object_or_404(PriceFile, pk=file_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        refusing = partial(approval.refuse_file, reason=form.cleaned_data["reason"])
        return _decided(request, file_id, refusing, _("It is refused. Nothing of it stands."))
    context = {"form": form, "file": file}
    status = 422 if form.errors else 200
    return render(request, "remittances/desk/refuse_file.html", context, status=status)


def _decided(
    request: HttpRequest, file_id: UUID, decide: Callable[..., object], done: str
) -> HttpResponse:
    """Decide in this person's name; where that is refused, the file's page says why."""
    get_object_or_404(PriceFile, pk=file_id)
    try:
        decide(file_id=file_id, by=actor(request), now=timezone.now())
    except approval.DecisionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return SeeOther("prices:file", file_id)


@require_safe
@working
def flags_table(request: HttpRequest, file_id: UUID) -> StreamingHttpResponse:  # noqa: ARG001
    """Give what is odd about a file that waits for its second person, row by row."""
    waiting = (PriceFile.State.READY, PriceFile.State.APPROVED)
    file = get_object_or_404(PriceFile, pk=file_id, state__in=waiting)
    rows = ({**flagged.document()} for flagged in found.flags_of(file.pk))
    return _table(rows, sha256=file.sha256)


@require_safe
@working
def report(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Show what is odd about the rows of a file, row by row."""
    dataset = get_object_or_404(Dataset, pk=dataset_id)
    form = ReportForm(request.GET, sheets=list(dataset.headings))
    page = paged(request, form.narrowed(dataset.flags.order_by("id")))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "dataset": dataset,
        "form": form,
        "page": page,
        "rows": [(flag, _WORDS.get(flag.flag, flag.flag)) for flag in page],
        "query": asked.urlencode(),
    }
    return render(request, "remittances/desk/report.html", context)


@require_safe
@working
def report_table(request: HttpRequest, dataset_id: UUID) -> StreamingHttpResponse:
    """Give the same report as a file, however long it is."""
    dataset = get_object_or_404(Dataset, pk=dataset_id)
    form = ReportForm(request.GET, sheets=list(dataset.headings))
    rows = form.narrowed(dataset.flags.order_by("id")).values(*COLUMNS)
    return _table(rows.iterator(), sha256=dataset.sha256)


def _table(rows: Iterable[Mapping[str, Any]], *, sha256: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(csv_lines(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    name = f"weft-report-{sha256[:8]}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
