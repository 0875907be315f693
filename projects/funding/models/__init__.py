from projects.funding.models.campaigns import Campaign, CampaignLog
from projects.funding.models.contributions import Contribution, ContributionLog, Contributor

__all__ = ["Campaign", "CampaignLog", "Contribution", "ContributionLog", "Contributor"]
