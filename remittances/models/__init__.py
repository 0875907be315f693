"""What the comparison knows: prices as surveyed, and everything that is read from them."""

from __future__ import annotations

from remittances.models.alerts import Alert, AlertCount, AlertMessage, Watched
from remittances.models.entries import PriceEntry, PriceEvidence
from remittances.models.feeds import Feed, FeedRun, QuarantinedQuote
from remittances.models.imports import FileChunk, PriceFile
from remittances.models.names import NameProposal, Provider, ProviderEvent, ProviderName
from remittances.models.prices import Averages, CorridorAverage, Services, SurveyedService
from remittances.models.rates import RateProposal, ReferenceRate
from remittances.models.sources import Country, Dataset, ImportFlag
from remittances.models.summaries import CorridorQuarter

__all__ = [
    "Alert",
    "AlertCount",
    "AlertMessage",
    "Averages",
    "CorridorAverage",
    "CorridorQuarter",
    "Country",
    "Dataset",
    "Feed",
    "FeedRun",
    "FileChunk",
    "ImportFlag",
    "NameProposal",
    "PriceEntry",
    "PriceEvidence",
    "PriceFile",
    "Provider",
    "ProviderEvent",
    "ProviderName",
    "QuarantinedQuote",
    "RateProposal",
    "ReferenceRate",
    "Services",
    "SurveyedService",
    "Watched",
]
