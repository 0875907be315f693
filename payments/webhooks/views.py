from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import Counter

from payments.webhooks import reading, selectors, services
from payments.webhooks.reading import EventRefused, Refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

REFUSED = Counter(
    "weft_webhook_refused", "Deliveries to the webhook address that changed nothing.", ["reason"]
)


@csrf_exempt  # The sender is known by its signature.
def receive(request: HttpRequest) -> HttpResponse:
    """Take in one event: 200 once it is kept, 400 when it is not the provider's, fresh and ours."""
    if request.method != "POST":
        REFUSED.labels(Refusal.METHOD).inc()
        return HttpResponseNotAllowed(["POST"])
    now = timezone.now()
    expected = reading.Expectation(
        secrets=settings.STRIPE_WEBHOOK_SECRETS,
        livemode=settings.STRIPE_LIVEMODE,
        is_ours=selectors.is_our_account,
    )
    signature = request.headers.get("Stripe-Signature", "")
    try:
        _check_whole_and_plain(request)
        event = reading.read(request.body, signature, expected=expected, now=now)
        services.take_in(event=event, body=request.body, now=now)
    except EventRefused as refusal:
        REFUSED.labels(refusal.reason).inc()
        return HttpResponse(status=400)
    return HttpResponse()


def _check_whole_and_plain(request: HttpRequest) -> None:
    """Refuse what is packed or comes in pieces: the signature is over the bytes as they are."""
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packed != "identity" or "Transfer-Encoding" in request.headers:
        raise EventRefused(Refusal.ENCODED)
