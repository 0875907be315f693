from projects.matching.gifts import Gift, Quote, QuoteLine
from projects.matching.services.again import release_reserve
from projects.matching.services.allocations import (
    CountedDifferently,
    allocate_all_due,
    allocate_due,
    count,
)
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
    "block",
    "count",
    "expire_reservations",
    "freeze_programme",
    "freeze_project",
    "fund_pot",
    "let_lapse",
    "lock",
    "lock_decided",
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
