"""Rules, reasons and steps in people's words, in the language of the moment.

Every reason code and every kind of step has its sentence here. Amounts are written as on the pages
and kept together in right-to-left text.
"""

from projects.matching.wording.amounts import amount, clauses
from projects.matching.wording.promises import rule_sentence
from projects.matching.wording.reasons import waiting, why
from projects.matching.wording.steps import sentences

__all__ = ["amount", "clauses", "rule_sentence", "sentences", "waiting", "why"]
