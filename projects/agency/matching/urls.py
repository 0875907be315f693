from __future__ import annotations

from django.urls import path, register_converter

from projects.agency.matching.views import calls, drafts, pots, programmes, simulation, steps


class KeyConverter:
    """The id of a programme in an address."""

    regex = "[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KeyConverter, "programme")

urlpatterns = [
    path("", programmes.listing, name="match"),
    path("new/", drafts.new, name="match_new"),
    path("examples/", drafts.examples, name="match_examples"),
    path("drafts/<uuid:draft_id>/", steps.draft, name="match_draft"),
    path("drafts/<uuid:draft_id>/edit/", drafts.edit, name="match_edit"),
    path("drafts/<uuid:draft_id>/text/", drafts.text, name="match_text"),
    path("drafts/<uuid:draft_id>/propose/", steps.propose, name="match_propose"),
    path("drafts/<uuid:draft_id>/publish/", steps.publish, name="match_publish"),
    path("drafts/<uuid:draft_id>/return/", steps.give_back, name="match_return"),
    path("drafts/<uuid:draft_id>/simulate/", simulation.simulate, name="match_simulate"),
    path("drafts/<uuid:draft_id>/discard/", steps.discard, name="match_discard"),
    path("programmes/<programme:key>/", programmes.programme, name="match_programme"),
    path("programmes/<programme:key>/change/", programmes.change, name="match_change"),
    path("programmes/<programme:key>/rounds/", calls.listing, name="match_calls"),
    path("rounds/<uuid:call_id>/", calls.call, name="match_call"),
    path("rounds/<uuid:call_id>/decide/", calls.decide, name="match_decide"),
    path("applications/<uuid:application_id>/", calls.application, name="match_application"),
    path("applications/<uuid:application_id>/letter/", calls.letter, name="match_letter"),
    path("programmes/<programme:key>/pots/", pots.pots, name="match_pots"),
    path(
        "programmes/<programme:key>/versions/<int:number>/",
        programmes.version,
        name="match_version",
    ),
]
