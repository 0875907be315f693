from projects.funding.models.campaigns import Campaign, CampaignLog
from projects.funding.models.contributions import LATE, Contribution, ContributionLog, Contributor
from projects.funding.models.reversals import Reversal

__all__ = [
    "LATE",
    "Campaign",
    "CampaignLog",
    "Contribution",
    "ContributionLog",
    "Contributor",
    "Reversal",
]
