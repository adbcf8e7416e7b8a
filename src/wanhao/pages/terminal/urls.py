"""The addresses of a terminal's pages, all below /terminal/."""

from django.urls import path, re_path

from wanhao.pages.terminal.identifying import identify
from wanhao.pages.terminal.items import confirm, decline, item
from wanhao.pages.terminal.paying import pay, pay_code, pay_order, pay_part
from wanhao.pages.terminal.printing import receipt, receipt_file
from wanhao.pages.terminal.queueing import queue, ticket_file, ticket_page
from wanhao.pages.terminal.screens import idle, listed, register, start, still

urlpatterns = [
    path("", idle, name="terminal-idle"),
    path("register/<str:code>/", register, name="terminal-register"),
    path("start/", start, name="terminal-start"),
    path("still/", still, name="terminal-still"),
    re_path(r"^list/(?P<which>ask|do)/$", listed, name="terminal-list"),
    path("who/", identify, name="terminal-identify"),
    path("do/<slug:code>/", item, name="terminal-item"),
    path("do/<slug:code>/confirm/", confirm, name="terminal-confirm"),
    path("do/<slug:code>/decline/", decline, name="terminal-decline"),
    path("pay/", pay, name="terminal-pay"),
    path("pay/order/", pay_order, name="terminal-pay-order"),
    path("pay/order/part/", pay_part, name="terminal-pay-part"),
    path("pay/order/code.svg", pay_code, name="terminal-pay-code"),
    path("queue/", queue, name="terminal-queue"),
    path("queue/ticket/", ticket_page, name="terminal-ticket"),
    path("queue/ticket.pdf", ticket_file, name="terminal-ticket-file"),
    path("receipt/", receipt, name="terminal-receipt"),
    path("receipt.pdf", receipt_file, name="terminal-receipt-file"),
]
