"""A programme document as text: YAML written in one canonical way, and read without surprises.

Of YAML only what JSON can say is read, and JSON is read as it is. A plain word is true, false,
null, a whole number or a text, so that NO stays Norway and a time stays what was written. Anchors,
aliases, tags, keys said twice and more than one document are refused, and so is text that is too
long or too deep to be a rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from projects.matching.documents.reading import PROGRAMME, inside
from projects.matching.documents.whole import OPTIONAL, REQUIRED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_BYTES = 64 * 1024
DEEPEST = 12
WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,39})")
UNUSUAL_LINE_END = re.compile("[\r\x85\u2028\u2029]")
WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}
INNER_ORDER = (
    *("type", "id", "scope", "metric", "at", "by", "field", "op", "value", "value_field"),
    *(
        "kinds",
        "channels",
        "where",
        "code",
        "after",
        "mode",
        "variant",
        "on",
        "attribute",
        "period",
        "years",
        "layer",
    ),
)


class TextNotUnderstood(ValueError):
    """Text that is no plain document. The line is the first of the place that is wrong, from 1."""

    def __init__(self, *, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it was written, and the line on which each of its places begins."""

    document: object
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, place: str) -> int:
        """Return the line of a place, as caps[0].amount, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return self.lines.get(place or PROGRAMME, 1)


class _Dumper(yaml.SafeDumper):
    """Writes every value where it stands, never as a reference to another place."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  The base class gives it.
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  As the base class.
        super().increase_indent(flow, indentless=False)


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    """Quote text with unusual line ends so that they are written as escapes, and come back."""
    style = '"' if UNUSUAL_LINE_END.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def write(document: Mapping[str, object]) -> str:
    """Return the canonical YAML of a document: the same document always gives the same text."""
    order = ("id", "name", *REQUIRED, *OPTIONAL)
    return yaml.dump(
        _ordered(document, order),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=96,
    )


def _ordered(value: object, order: tuple[str, ...]) -> object:
    """Return the value with known keys in their order, then the others by name."""
    if isinstance(value, list):
        return [_ordered(item, INNER_ORDER) for item in value]
    if not isinstance(value, dict):
        return value
    known = dict.fromkeys(key for key in order if key in value)
    rest = sorted(value.keys() - known)
    return {key: _ordered(value[key], INNER_ORDER) for key in (*known, *rest)}


def parse(text: str) -> Written:
    """Return the document that a YAML or JSON text says, with its lines. It may still be no rule.

    Raises:
        TextNotUnderstood: naming the line and what is not allowed there.
    """
    if len(text.encode(errors="surrogatepass")) > MOST_BYTES:
        raise TextNotUnderstood(line=1, problem=f"longer than {MOST_BYTES // 1024} KiB")
    try:
        return _Builder(yaml.parse(text, Loader=yaml.SafeLoader)).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise TextNotUnderstood(line=line, problem=f"cannot be read: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise TextNotUnderstood(line=line, problem="has a character no text has") from None


class _Builder:
    """Builds plain values from YAML's events, refusing what JSON cannot say."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._lines: dict[str, int] = {}

    def build(self) -> Written:
        self._next()  # The stream begins.
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            raise TextNotUnderstood(line=1, problem="is empty")
        if isinstance(start, yaml.DocumentStartEvent) and start.tags:
            raise TextNotUnderstood(line=_line(start), problem="tags are not allowed")
        document = self._value(self._next(), PROGRAMME, 1)
        self._next()  # The document ends.
        end = self._next()
        if not isinstance(end, yaml.StreamEndEvent):
            raise TextNotUnderstood(line=_line(end), problem="only one document is allowed")
        return Written(document, self._lines)

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _value(self, event: yaml.Event, place: str, depth: int) -> object:
        self._lines.setdefault(place, _line(event))
        _refuse_references(event)
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] else event.value
        if depth > DEEPEST:
            raise TextNotUnderstood(line=_line(event), problem=f"deeper than {DEEPEST} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, depth)
        return self._object(place, depth)

    def _list(self, place: str, depth: int) -> list[object]:
        found: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.append(self._value(event, f"{place}[{len(found)}]", depth + 1))
        return found

    def _object(self, place: str, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            _refuse_references(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise TextNotUnderstood(line=_line(event), problem="a key must be a word")
            if event.value in found:
                raise TextNotUnderstood(line=_line(event), problem=f"{event.value} is said twice")
            where = inside(place, event.value)
            self._lines[where] = _line(event)
            found[event.value] = self._value(self._next(), where, depth + 1)
        return found


def _refuse_references(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise TextNotUnderstood(line=_line(event), problem="aliases are not allowed")
    for kind in ("anchor", "tag"):
        if getattr(event, kind, None) is not None:
            raise TextNotUnderstood(line=_line(event), problem=f"{kind}s are not allowed")


def _plain(value: str) -> object:
    if value in WORDS:
        return WORDS[value]
    return int(value) if WHOLE_NUMBER.fullmatch(value) else value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
