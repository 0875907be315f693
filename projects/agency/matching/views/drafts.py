"""Writing a draft: beginning it, the sentence, and the same rule as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from projects.agency.access import actor_id, workspace
from projects.agency.matching import editor, sentence, start, words
from projects.agency.matching.access import agencies_with, draft_or_404
from projects.agency.matching.text_form import TextForm
from projects.matching import documents, permissions, wording
from projects.matching.refusals import DraftChanged, DraftRefused
from projects.matching.services import drafts as services
from projects.matching.templates import published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from projects.agency.matching.editor import Editor
    from projects.catalogue.models import Organisation
    from projects.matching.models.drafts import ProgrammeDraft
    from projects.matching.templates import Template

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@workspace
def examples(request: HttpRequest) -> HttpResponse:
    """List real programmes to begin from, each with its source."""
    agency = _chosen(agencies_with(request, permissions.MANAGERS), request.GET.get("agency"))
    context = {"agency": agency, "examples": [start.shown(each) for each in published()]}
    return render(request, "agency/match/examples.html", context)


@form_page
@workspace
def new(request: HttpRequest) -> HttpResponse:
    """Begin a programme, from nothing or from a real one."""
    agency = _chosen(agencies_with(request, permissions.MANAGERS), request.GET.get("agency"))
    example = _example(request.GET.get("example"))
    form = start.StartForm(request.POST if request.method == "POST" else None, example=example)
    if form.is_valid():
        document = form.document(agency, today=timezone.localdate())
        draft = _start(request, form, agency, document, example.id if example else "")
        if draft is not None:
            return redirect("agency:match_edit", draft.pk)
    context = {"form": form, "agency": agency, "example": example}
    return render(request, "agency/match/new.html", context)


def _example(name: str | None) -> Template | None:
    """Return the real programme named in the address.

    Raises:
        Http404: There is none of that name.
    """
    if name is None:
        return None
    found = next((each for each in published() if each.id == name), None)
    if found is None:
        raise Http404
    return found


def _start(
    request: HttpRequest,
    form: start.StartForm,
    agency: Organisation,
    document: dict[str, object],
    template: str,
) -> ProgrammeDraft | None:
    """Begin a draft, or put the reason why not beside the id."""
    try:
        return services.start_draft(
            document=document,
            agency_id=agency.pk,
            actor_id=actor_id(request),
            template=template,
            now=timezone.now(),
        )
    except DraftRefused as refusal:
        form.add_error("key", str(refusal))
        return None


@form_page
@workspace
def edit(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Change a draft by filling the gaps of its sentence."""
    draft = draft_or_404(request, draft_id, permissions.MANAGERS)
    if (elsewhere := _fixed(request, draft)) is not None:
        return elsewhere
    if request.method != "POST":
        return _show(request, editor.filled(draft), draft)
    if editor.ADD in request.POST or editor.REMOVE in request.POST:
        return _show(request, editor.with_rows_changed(draft, request.POST), draft)
    page = editor.sent(draft, request.POST)
    if not page.is_valid() or page.document is None or editor.LOOK in request.POST:
        return _show(request, page, draft)
    return _save_sentence(request, draft, page, page.document)


def _save_sentence(
    request: HttpRequest, draft: ProgrammeDraft, page: Editor, document: dict[str, object]
) -> HttpResponse:
    """Save, or show the person's own words again beside what stands against it."""
    try:
        _save(request, draft, document, page.version)
    except DraftChanged as conflict:
        again = editor.sent(draft, request.POST, version=conflict.version)
        again.is_valid()
        return _show(request, again, draft, conflict)
    except DraftRefused as refusal:
        page.form.add_error(None, str(refusal))
        return _show(request, page, draft)
    return redirect("agency:match_draft", draft.pk)


@form_page
@workspace
def text(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Change a draft as text: the whole document, in YAML."""
    draft = draft_or_404(request, draft_id, permissions.MANAGERS)
    if (elsewhere := _fixed(request, draft)) is not None:
        return elsewhere
    form = TextForm(
        request.POST if request.method == "POST" else None,
        initial={"text": documents.write(draft.document), "version": draft.version},
    )
    conflict = None
    if form.is_valid():
        try:
            _save(request, draft, form.cleaned_data["document"], form.cleaned_data["version"])
        except DraftChanged as found:
            conflict = found
            data = request.POST.copy()
            data["version"] = str(found.version)
            form = TextForm(data)
        except DraftRefused as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect("agency:match_draft", draft.pk)
    context = {"form": form, "draft": draft, "conflict": conflict}
    return render(request, "agency/match/text.html", context)


def _save(
    request: HttpRequest, draft: ProgrammeDraft, document: dict[str, object], version: int
) -> None:
    services.save_draft(
        draft_id=draft.pk,
        document=document,
        version=version,
        actor_id=actor_id(request),
        now=timezone.now(),
    )
    messages.success(request, _("Saved."))


def _fixed(request: HttpRequest, draft: ProgrammeDraft) -> HttpResponse | None:
    """Lead away from a draft that can no longer be changed, saying why."""
    if draft.state == draft.State.OPEN:
        return None
    messages.warning(request, services.why_fixed(draft))
    return redirect("agency:match_draft", draft.pk)


def _show(
    request: HttpRequest,
    page: Editor,
    draft: ProgrammeDraft,
    conflict: DraftChanged | None = None,
) -> HttpResponse:
    said = page.document or page.base
    context = {
        "editor": page,
        "form": page.form,
        "draft": draft,
        "conflict": conflict,
        "sentence": wording.rule_sentence(documents.read(said)),
        "is_unsaved": said != draft.document,
        "kept": kept_words(page.base),
    }
    return render(request, "agency/match/edit.html", context)


def kept_words(document: Mapping[str, object]) -> list[str]:
    """Return what the sentence keeps without showing it, in words."""
    return [str(words.KEYS.get(key, key)) for key in sentence.kept(document)]


def _chosen(agencies: list[Organisation], slug: str | None) -> Organisation:
    """Return the agency named in the address, else the person's first.

    Raises:
        Http404: The person may not write for the one named.
    """
    named = [agency for agency in agencies if slug in (None, agency.slug)]
    if not named:
        raise Http404
    return named[0]
