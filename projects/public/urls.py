from django.urls import path

from projects.public.views import checking, give, programmes, projects, receipts

app_name = "public"

urlpatterns = [
    path("projects/", projects.project_list, name="list"),
    path("projects/<slug:slug>/", projects.project_page, name="project"),
    path("matching/", programmes.programme_list, name="programmes"),
    path("matching/<slug:programme_id>/", programmes.programme_page, name="programme"),
    path(
        "matching/<slug:programme_id>/projects.csv", programmes.programme_csv, name="programme_csv"
    ),
    path(
        "matching/<slug:programme_id>/rule-<int:number>.json",
        programmes.programme_rule,
        name="programme_rule",
    ),
    path("give/<slug:slug>/amount/", give.amount, name="give_amount"),
    path("give/<slug:slug>/match/<uuid:gift>/", give.match, name="give_match"),
    path("give/<slug:slug>/details/<uuid:gift>/", give.details, name="give_details"),
    path("give/<slug:slug>/pay/<uuid:gift>/", give.pay, name="give_pay"),
    path("give/<slug:slug>/stop/<uuid:gift>/", give.stop, name="give_stop"),
    path("give/<slug:slug>/done/<uuid:gift>/", receipts.done, name="give_done"),
    path("receipts/<uuid:key>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:key>/paper/", receipts.receipt_paper, name="receipt_paper"),
    path("receipts/<uuid:key>/pdf/", receipts.receipt_pdf, name="receipt_pdf"),
    path("receipts/", checking.look_up, name="receipt_look_up"),
    path("receipts/<str:number>/", checking.check, name="receipt_check"),
]
