"""The addresses of the hall's pages, all below /hall/."""

from django.urls import path

from wanhao.pages.hall.home import home, home_part
from wanhao.pages.hall.items import confirm, decline, item
from wanhao.pages.hall.lists import find, shelf
from wanhao.pages.hall.paying import pay, pay_code, pay_order, pay_part, pay_receipt

urlpatterns = [
    path("", home, name="hall-home"),
    path("part/", home_part, name="hall-home-part"),
    path("do/<slug:code>/", item, name="hall-item"),
    path("do/<slug:code>/confirm/", confirm, name="hall-confirm"),
    path("do/<slug:code>/decline/", decline, name="hall-decline"),
    path("serve/", shelf, {"which": "serve"}, name="hall-serve"),
    path("ask/", shelf, {"which": "ask"}, name="hall-ask"),
    path("service/", shelf, {"which": "service"}, name="hall-service"),
    path("me/", shelf, {"which": "me"}, name="hall-me"),
    path("pay/", pay, name="hall-pay"),
    path("pay/<slug:number>/", pay_order, name="hall-pay-order"),
    path("pay/<slug:number>/part/", pay_part, name="hall-pay-part"),
    path("pay/<slug:number>/code.svg", pay_code, name="hall-pay-code"),
    path("pay/<slug:number>/receipt.pdf", pay_receipt, name="hall-pay-receipt"),
    path("find/", find, name="hall-find"),
]
