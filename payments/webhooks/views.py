from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from payments.webhooks import reading, services

if TYPE_CHECKING:
    from django.http import HttpRequest

REFUSED = Counter(
    "weft_webhook_refused", "Deliveries to the webhook address that changed nothing.", ["reason"]
)


@csrf_exempt  # The sender is known by its signature.
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take in one event: 200 once it is kept, 400 when it is not the provider's, fresh and ours."""
    now = timezone.now()
    expected = reading.Expectation(
        secrets=settings.STRIPE_WEBHOOK_SECRETS,
        livemode=settings.STRIPE_LIVEMODE,
        account=settings.STRIPE_ACCOUNT,
    )
    signature = request.headers.get("Stripe-Signature", "")
    try:
        event = reading.read(request.body, signature, expected=expected, now=now)
        services.take_in(event=event, body=request.body, now=now)
    except reading.EventRefused as refusal:
        REFUSED.labels(refusal.reason).inc()
        return HttpResponse(status=400)
    return HttpResponse()
