"""Files of prices: uploading one, watching it being read, and the report row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from payments.sheets import csv_lines
from remittances.desk.access import actor, working
from remittances.desk.answers import SeeOther, paged
from remittances.desk.forms import FLAGS, ReportForm, UploadForm
from remittances.imports import uploads
from remittances.models import Dataset, PriceFile

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

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
    file = get_object_or_404(PriceFile.objects.select_related("uploaded_by"), pk=file_id)
    expected = max(file.rows_expected or 0, 1)
    percent = min(100, file.rows_read * 100 // expected)
    context = {"file": file, "percent": percent}
    return render(request, "remittances/desk/file.html", context)


@require_safe
@working
def report(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Show what is odd about the rows of a file, row by row."""
    dataset = get_object_or_404(Dataset, pk=dataset_id)
    form = ReportForm(request.GET, sheets=list(dataset.headings))
    page = paged(request, form.narrowed(dataset.flags.order_by("id")))
    words = {flag.value: text for flag, text in FLAGS.items()}
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "dataset": dataset,
        "form": form,
        "page": page,
        "rows": [(flag, words.get(flag.flag, flag.flag)) for flag in page],
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
    answer = StreamingHttpResponse(
        csv_lines(COLUMNS, rows.iterator()), content_type="text/csv; charset=utf-8"
    )
    name = f"weft-report-{dataset.sha256[:8]}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
