from projects.agency.access import workspace
from django.shortcuts import render


@workspace
def simulate(request, draft_id): ...
