"""A scenario's programme under our names: the same rule, asked of our projects and programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.replaying.words import inside, listed, whole

if TYPE_CHECKING:
    from projects.matching.replaying.names import Names
    from projects.matching.replaying.scenarios import Document, Programme


def document_of(programme: Programme, names: Names) -> Document:
    """Return the rule document to be published for a programme of a scenario."""
    place = programme.place
    document = programme.document | {"id": names.programmes[programme.id], "name": programme.id}
    if "stacking" in document:
        document["stacking"] = _stacking(document["stacking"], names)
    if "ranking" in document:
        document["ranking"] = _ranking(document["ranking"], names)
    if isinstance(document.get("layers"), list):
        document["layers"] = [
            _layer(whole(layer, inside(place, "layers")), names)
            for layer in listed(document["layers"], inside(place, "layers"))
        ]
    return document


def _stacking(value: object, names: Names) -> object:
    if not isinstance(value, dict) or not isinstance(value.get("exclusive_with"), list):
        return value
    others = [names.programmes.get(str(each), each) for each in value["exclusive_with"]]
    return value | {"exclusive_with": others}


def _ranking(value: object, names: Names) -> object:
    """Return a ranking whose projects, in a list or with their scores, bear our names."""
    if isinstance(value, list):
        return [_project(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("order"), list):
        return value | {"order": [_project(each, names) for each in value["order"]]}
    return {_project(key, names): score for key, score in value.items()}


def _layer(layer: Document, names: Names) -> Document:
    shares = layer.get("shares")
    if not isinstance(shares, dict):
        return layer
    return layer | {"shares": {_project(key, names): rate for key, rate in shares.items()}}


def _project(name: object, names: Names) -> object:
    known = names.projects.get(str(name))
    return name if known is None else str(known)
