"""The addresses of the hall's pages, all below /hall/."""

from django.urls import path, re_path

from wanhao.pages.hall.app import as_app
from wanhao.pages.hall.bills import bill, bill_file, bills
from wanhao.pages.hall.detail import detail, detail_file
from wanhao.pages.hall.disputes import dispute, requests
from wanhao.pages.hall.home import home, home_part
from wanhao.pages.hall.items import confirm, decline, item
from wanhao.pages.hall.lists import find, shelf
from wanhao.pages.hall.paying import pay, pay_code, pay_order, pay_part, pay_receipt
from wanhao.pages.hall.places import outlines, places
from wanhao.pages.hall.points import points
from wanhao.pages.hall.usage import usage

urlpatterns = [
    path("", as_app(home), name="hall-home"),
    path("part/", home_part, name="hall-home-part"),
    path("do/<slug:code>/", item, name="hall-item"),
    path("do/<slug:code>/confirm/", confirm, name="hall-confirm"),
    path("do/<slug:code>/decline/", decline, name="hall-decline"),
    path("serve/", shelf, {"which": "serve"}, name="hall-serve"),
    path("ask/", shelf, {"which": "ask"}, name="hall-ask"),
    path("service/", shelf, {"which": "service"}, name="hall-service"),
    path("me/", shelf, {"which": "me"}, name="hall-me"),
    path("bills/", bills, name="hall-bills"),
    path("bills/<int:cycle>/", bill, name="hall-bill"),
    re_path(
        r"^bills/(?P<cycle>\d+)/bill\.(?P<form>pdf|csv)$",
        bill_file,
        name="hall-bill-file",
    ),
    path("detail/", detail, name="hall-detail"),
    re_path(r"^detail/detail\.(?P<form>csv|xlsx|pdf)$", detail_file, name="hall-detail-file"),
    path("detail/dispute/<str:key>/", dispute, name="hall-dispute"),
    path("usage/", usage, name="hall-usage"),
    path("points/", points, name="hall-points"),
    path("places/", places, name="hall-places"),
    path("places/outlines.json", outlines, name="hall-outlines"),
    path("requests/", requests, name="hall-requests"),
    path("pay/", pay, name="hall-pay"),
    path("pay/<slug:number>/", pay_order, name="hall-pay-order"),
    path("pay/<slug:number>/part/", pay_part, name="hall-pay-part"),
    path("pay/<slug:number>/code.svg", pay_code, name="hall-pay-code"),
    path("pay/<slug:number>/receipt.pdf", pay_receipt, name="hall-pay-receipt"),
    path("find/", find, name="hall-find"),
]
