"""Running scenario files through the production services, and comparing what comes out.

A scenario is programmes, givers, projects and what happened. The driver makes all of it in one
transaction that is always rolled back, so that what is replayed is the code that pays.
"""

from projects.matching.replaying.checking import Difference, differences
from projects.matching.replaying.driver import replay
from projects.matching.replaying.files import read_file
from projects.matching.replaying.scenarios import Collection, Scenario, ScenarioNotUnderstood
from projects.matching.replaying.stage import ReplayRefused

__all__ = [
    "Collection",
    "Difference",
    "ReplayRefused",
    "Scenario",
    "ScenarioNotUnderstood",
    "differences",
    "read_file",
    "replay",
]
