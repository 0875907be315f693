from __future__ import annotations

from django.urls import path, register_converter

from payments.console.payout_actions import Action
from payments.console.views import books, exceptions, inbox, overview, payments, payouts


class ActionConverter:
    """The name of something that can be done about a payout."""

    regex = "|".join(Action)

    def to_python(self, value: str) -> Action:
        return Action(value)

    def to_url(self, value: str) -> str:
        return value


register_converter(ActionConverter, "payout_action")

app_name = "finance"
urlpatterns = [
    path("", overview.home, name="home"),
    path("payments/", payments.index, name="payments"),
    path("payments.csv", payments.table, name="payments_csv"),
    path("payments/<uuid:payment_id>/", payments.detail, name="payment"),
    path("payments/<uuid:payment_id>/refund/", payments.refund, name="refund"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox.csv", inbox.table, name="inbox_csv"),
    path("inbox/<uuid:event_id>/", inbox.event, name="event"),
    path("inbox/<uuid:event_id>/replay/", inbox.replay, name="replay"),
    path("exceptions/", exceptions.index, name="exceptions"),
    path("exceptions.csv", exceptions.table, name="exceptions_csv"),
    path("exceptions/<uuid:exception_id>/", exceptions.exception, name="exception"),
    path("exceptions/<uuid:exception_id>/take/", exceptions.take, name="take"),
    path("exceptions/<uuid:exception_id>/close/", exceptions.close, name="close"),
    path("payouts/", payouts.index, name="payouts"),
    path("payouts.csv", payouts.table, name="payouts_csv"),
    path("payouts/<uuid:payout_id>/", payouts.payout, name="payout"),
    path("payouts/<uuid:payout_id>/<payout_action:chosen>/", payouts.act, name="act"),
    path("trial-balance/", books.trial_balance, name="trial_balance"),
    path("accounts/", books.accounts, name="accounts"),
    path("accounts.csv", books.accounts_table, name="accounts_csv"),
    path("accounts/<uuid:account_id>/", books.statement, name="statement"),
    path("accounts/<uuid:account_id>/statement.csv", books.statement_table, name="statement_csv"),
]
