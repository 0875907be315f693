"""Prices of transfers from the shell: import a file, compare an amount, average corridors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from remittances import documents, price_statistics, questions, selectors, services
from remittances.questions import Question, QuoteRequestRefused


class OneLineParser(CommandParser):
    """Says in one line what is wrong with a call."""

    def error(self, message: str) -> NoReturn:
        if not self.called_from_command_line:
            raise CommandError(message, returncode=2)
        self.exit(2, f"{self.prog}: {message}\n")


class Command(BaseCommand):
    help = "Import surveyed prices of transfers, and compare them."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, parser_class=OneLineParser)
        imports = actions.add_parser("import", help="import a file of prices, all of it or nothing")
        imports.add_argument("file", type=Path)
        imports.add_argument("--dry-run", action="store_true", help="say what is in it, only")
        compare = actions.add_parser("compare", help="what each service takes for an amount")
        compare.add_argument("source", metavar="SRC", help="alpha-3 code, such as KEN")
        compare.add_argument("destination", metavar="DST", help="alpha-3 code, such as UGA")
        compare.add_argument("amount", help="major units, such as 18000 or 99.50")
        compare.add_argument("--currency", help="the sending country's when left out")
        compare.add_argument("--receive", help="any, mobile, bank, cash or card")
        stats = actions.add_parser("stats", help="average costs as the World Bank defines them")
        stats.add_argument("--period", help="a quarter, such as 2025_3Q; else the newest of each")
        stats.add_argument("--corridor", metavar="SRCDST", help="one corridor, such as KENUGA")
        stats.add_argument("--source", metavar="SRC", help="corridors from one country")
        for action in (imports, compare, stats):
            action.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        actions = {"import": _import, "compare": _compare, "stats": _stats}
        try:
            document, text = actions[options["action"]](options)
        except (services.ImportRefused, QuoteRequestRefused) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(json.dumps(document, ensure_ascii=False) if options["json"] else text)


def _import(options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    report = services.import_file(
        path=options["file"], now=timezone.now(), dry_run=options["dry_run"]
    )
    return report.document(), documents.import_text(report.document())


def _compare(options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    question = Question(
        origin=options["source"],
        destination=options["destination"],
        amount=options["amount"],
        currency=options["currency"],
        receive=options["receive"],
    )
    answer = selectors.answer(question, now=timezone.now())
    return documents.comparison(answer), documents.comparison_text(answer)


def _stats(options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    source, destination, pair = options["source"], None, options["corridor"]
    origin = questions.country(source, "source").iso3 if source else None
    if pair:
        first, second = questions.corridor(pair[:3], pair[3:])
        origin, destination = first.iso3, second.iso3
    period = questions.quarter(options["period"])
    scope = price_statistics.Scope(origin=origin, destination=destination, period=period)
    rows = price_statistics.statistics(scope)
    document = documents.statistics(rows, price_statistics.summary(rows))
    return document, documents.statistics_text(document)
