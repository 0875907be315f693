from projects.funding.models.campaigns import Campaign, CampaignLog
from projects.funding.models.contributions import Contribution, ContributionLog, Contributor
from projects.funding.models.reversals import Reversal

__all__ = ["Campaign", "CampaignLog", "Contribution", "ContributionLog", "Contributor", "Reversal"]
