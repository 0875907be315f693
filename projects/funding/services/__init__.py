"""The transitions of a campaign and a contribution, one function each."""

from projects.funding.services.campaigns import (
    campaign_key,
    close_ended_campaigns,
    open_campaign,
    plan_campaign,
)
from projects.funding.services.contributions import (
    begin_contribution,
    cancel_contribution,
    change_amount,
    gift_of,
    identify_contributor,
    set_match_aside,
)
from projects.funding.services.expiry import expire_contributions
from projects.funding.services.failures import RowsFailed
from projects.funding.services.payments import (
    confirm_contribution,
    fail_contribution,
    hold_contribution,
    submit_contribution,
)
from projects.funding.services.refunding import (
    of_contribution,
    refund_contribution,
    refund_payment,
)
from projects.funding.services.refusals import (
    AlreadyPaid,
    AmountOutOfRange,
    Busy,
    CampaignClosed,
    CampaignNotReady,
    ContributorUnknown,
    FundingRefused,
    MatchChanged,
    NeedsPerson,
    NotChangeable,
    NotRefundable,
    Stopped,
)
from projects.funding.services.reversals import hear

__all__ = [
    "AlreadyPaid",
    "AmountOutOfRange",
    "Busy",
    "CampaignClosed",
    "CampaignNotReady",
    "ContributorUnknown",
    "FundingRefused",
    "MatchChanged",
    "NeedsPerson",
    "NotChangeable",
    "NotRefundable",
    "RowsFailed",
    "Stopped",
    "begin_contribution",
    "campaign_key",
    "cancel_contribution",
    "change_amount",
    "close_ended_campaigns",
    "confirm_contribution",
    "expire_contributions",
    "fail_contribution",
    "gift_of",
    "hear",
    "hold_contribution",
    "identify_contributor",
    "of_contribution",
    "open_campaign",
    "plan_campaign",
    "refund_contribution",
    "refund_payment",
    "set_match_aside",
    "submit_contribution",
]
