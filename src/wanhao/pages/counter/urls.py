"""Addresses of the counter."""

from django.urls import path, re_path

from wanhao.pages.counter.finding import counter, counter_begin, counter_find, counter_hall
from wanhao.pages.counter.money import counter_cash, counter_drawer
from wanhao.pages.counter.papers import counter_receipt
from wanhao.pages.counter.proving import counter_level, counter_prove
from wanhao.pages.counter.revealing import counter_masked, counter_reveal
from wanhao.pages.counter.serving import (
    counter_confirm,
    counter_customer,
    counter_decline,
    counter_end,
    counter_item,
)

urlpatterns = [
    path("", counter, name="counter"),
    path("hall/", counter_hall, name="counter-hall"),
    path("find/", counter_find, name="counter-find"),
    path("begin/", counter_begin, name="counter-begin"),
    path("drawer/", counter_drawer, name="counter-drawer"),
    path("receipts/<str:number>/", counter_receipt, name="counter-receipt"),
    path("<int:service>/", counter_customer, name="counter-customer"),
    path("<int:service>/end/", counter_end, name="counter-end"),
    path("<int:service>/level/", counter_level, name="counter-level"),
    re_path(
        r"^(?P<service>\d{1,18})/level/(?P<way>send|code|seen|document)/$",
        counter_prove,
        name="counter-prove",
    ),
    path("<int:service>/cash/", counter_cash, name="counter-cash"),
    path("<int:service>/do/<slug:code>/", counter_item, name="counter-item"),
    path("<int:service>/do/<slug:code>/yes/", counter_confirm, name="counter-confirm"),
    path("<int:service>/do/<slug:code>/no/", counter_decline, name="counter-decline"),
    path("<int:service>/masked/<slug:field>/", counter_masked, name="counter-masked"),
    path("<int:service>/reveal/<slug:field>/", counter_reveal, name="counter-reveal"),
]
