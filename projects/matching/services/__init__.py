from projects.matching.gifts import Gift, Quote, QuoteLine
from projects.matching.services.again import release_reserve
from projects.matching.services.allocations import (
    CountedDifferently,
    allocate_all_due,
    allocate_due,
    count,
)
from projects.matching.services.ceilings import award_ceiling
from projects.matching.services.committees import award_ranked
from projects.matching.services.earning import earn
from projects.matching.services.estimates import estimate_due
from projects.matching.services.failures import ProgrammesFailed
from projects.matching.services.freezing import (
    FreezeRefused,
    freeze_programme,
    freeze_project,
    unfreeze_programme,
    unfreeze_project,
)
from projects.matching.services.programmes import (
    ProgrammeRefused,
    fund_pot,
    publish_programme,
)
from projects.matching.services.quotes import quote
from projects.matching.services.reservations import (
    expire_reservations,
    let_lapse,
    lock,
    release,
    reserve,
)
from projects.matching.services.rounds import close_due, close_programme
from projects.matching.services.tranches import meet_obligation, pay_tranche
from projects.matching.services.unwinding import (
    block,
    lock_decided,
    unblock,
    unwind,
)

__all__ = [
    "CountedDifferently",
    "FreezeRefused",
    "Gift",
    "ProgrammeRefused",
    "ProgrammesFailed",
    "Quote",
    "QuoteLine",
    "allocate_all_due",
    "allocate_due",
    "award_ceiling",
    "award_ranked",
    "block",
    "close_due",
    "close_programme",
    "count",
    "earn",
    "estimate_due",
    "expire_reservations",
    "freeze_programme",
    "freeze_project",
    "fund_pot",
    "let_lapse",
    "lock",
    "lock_decided",
    "meet_obligation",
    "pay_tranche",
    "publish_programme",
    "quote",
    "release",
    "release_reserve",
    "reserve",
    "unblock",
    "unfreeze_programme",
    "unfreeze_project",
    "unwind",
]
