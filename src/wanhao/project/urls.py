"""Every address of the product; the pages get their readers here, before the first request."""

from django.contrib import admin
from django.urls import include, path, re_path

from wanhao.pages.console.auctions import auction, auctions
from wanhao.pages.console.bills import bill, bill_file, bills
from wanhao.pages.console.care import care, care_made, care_open, care_visit
from wanhao.pages.console.catalogue import catalogue, catalogue_offering
from wanhao.pages.console.day import day, today
from wanhao.pages.console.disputes import dispute, dispute_settle, disputes
from wanhao.pages.console.explain import explain_ask, explain_line, explain_switch
from wanhao.pages.console.ledger import ledger, ledger_statement
from wanhao.pages.console.messages import message, message_list, message_test
from wanhao.pages.console.notices import (
    notice_look,
    notice_send,
    notice_withdraw,
    notices,
)
from wanhao.pages.console.operations import operations, operations_part
from wanhao.pages.console.owed import try_promise_again
from wanhao.pages.console.payments import difference_settle, payment, payment_refund, payments
from wanhao.pages.console.points import points
from wanhao.pages.console.quarantine import (
    quarantine,
    quarantine_act,
    quarantine_progress,
    quarantine_record,
    quarantine_repair,
)
from wanhao.pages.console.readings import readings
from wanhao.pages.console.reminder_changes import (
    reminder_change,
    reminder_confirm,
    reminder_policy,
    reminder_preview,
    reminder_preview_part,
    reminder_revert,
)
from wanhao.pages.console.reminders import reminder, reminders
from wanhao.pages.counter.drawers import drawers
from wanhao.pages.design.clock import use as use_clock
from wanhao.pages.design.preferences import choose
from wanhao.pages.hall.push import use_push
from wanhao.pages.live.views import live
from wanhao.pages.metrics.views import metrics
from wanhao.pages.phones.terminal import phones_terminal
from wanhao.pages.phones.views import (
    journey_part,
    pass_a_month,
    phones,
    phones_part,
    phones_write,
)
from wanhao.pages.queues.board import board, board_live, board_part
from wanhao.pages.queues.desk import desk_act, hall_queue, queue_part, ticket_act, ticket_new
from wanhao.pages.queues.halls import halls
from wanhao.pages.queues.lost import lost, lost_act, lost_new, lost_thing
from wanhao.project import clock
from wanhao.project.demo.staff import wire_demo_staff
from wanhao.project.env import environment
from wanhao.project.payment_calls import alipay_called, wechat_called
from wanhao.project.phones import wire_phones
from wanhao.project.push import public_key
from wanhao.project.terminals import wire_terminals

wire_phones()
wire_terminals()
wire_demo_staff()
use_clock(clock.now)
use_push(public_key, environment().push_services)

handler404 = "wanhao.pages.design.missing.missing"
handler500 = "wanhao.pages.design.missing.broken"

urlpatterns = [
    path("", operations, name="operations"),
    path("operations/<slug:part>/", operations_part, name="operations-part"),
    path("promises/<int:promise_id>/again/", try_promise_again, name="promise-again"),
    path("day/", today, name="today"),
    path("day/<str:wanted>/", day, name="day"),
    path("messages/", message_list, name="messages"),
    path("messages/test/", message_test, name="message-test"),
    path("messages/<int:message_id>/", message, name="message"),
    path("reminders/", reminders, name="reminders"),
    path("reminders/policy/", reminder_policy, name="reminder-policy"),
    path("reminders/line/", explain_ask, name="explain-ask"),
    path("reminders/line/<int:number>/", explain_line, name="explain"),
    path("reminders/line/<int:number>/switch/", explain_switch, name="explain-switch"),
    path("reminders/<slug:code>/", reminder, name="reminder"),
    path("reminders/<slug:code>/change/", reminder_change, name="reminder-change"),
    path("reminders/<slug:code>/preview/<int:run_id>/", reminder_preview, name="reminder-preview"),
    path(
        "reminders/<slug:code>/preview/<int:run_id>/part/",
        reminder_preview_part,
        name="reminder-preview-part",
    ),
    path(
        "reminders/<slug:code>/preview/<int:run_id>/confirm/",
        reminder_confirm,
        name="reminder-confirm",
    ),
    path(
        "reminders/<slug:code>/changes/<int:change_id>/revert/",
        reminder_revert,
        name="reminder-revert",
    ),
    path("notices/", notices, name="notices"),
    path("notices/look/", notice_look, name="notice-look"),
    path("notices/send/", notice_send, name="notice-send"),
    path("notices/<int:notice_id>/withdraw/", notice_withdraw, name="notice-withdraw"),
    path("quarantine/", quarantine, name="quarantine"),
    path("quarantine/progress/", quarantine_progress, name="quarantine-progress"),
    path("quarantine/<int:record_id>/", quarantine_record, name="quarantine-record"),
    path("quarantine/<int:record_id>/repair/", quarantine_repair, name="quarantine-repair"),
    re_path(r"^quarantine/(?P<act>replay|dismiss)/$", quarantine_act, name="quarantine-act"),
    path("catalogue/", catalogue, name="catalogue"),
    path("catalogue/<slug:code>/", catalogue_offering, name="catalogue-offering"),
    path("ledger/", ledger, name="ledger"),
    path("ledger/<str:reference>/", ledger_statement, name="ledger-statement"),
    path("points/<str:reference>/", points, name="points"),
    path("bills/<str:reference>/", bills, name="bills"),
    path("bills/<str:reference>/<int:cycle>/", bill, name="bill"),
    re_path(
        r"^bills/(?P<reference>[^/]+)/(?P<cycle>\d+)/bill\.(?P<form>pdf|csv)$",
        bill_file,
        name="bill-file",
    ),
    path("disputes/", disputes, name="disputes"),
    path("disputes/<int:dispute_id>/", dispute, name="dispute"),
    path("disputes/<int:dispute_id>/settle/", dispute_settle, name="dispute-settle"),
    path("audit/reads/", readings, name="readings"),
    path("drawers/", drawers, name="drawers"),
    path("care/", care, name="care"),
    path("care/<int:visit_id>/", care_visit, name="care-visit"),
    path("care/<int:visit_id>/open/", care_open, name="care-open"),
    path("care/<int:visit_id>/made/", care_made, name="care-made"),
    path("auctions/", auctions, name="auctions"),
    path("auctions/<int:lot_id>/", auction, name="auction"),
    path("counter/", include("wanhao.pages.counter.urls")),
    path("queues/", halls, name="queues"),
    path("queues/<str:hall>/", hall_queue, name="queue"),
    path("queues/<str:hall>/part/<slug:part>/", queue_part, name="queue-part"),
    path("queues/<str:hall>/tickets/", ticket_new, name="queue-ticket"),
    path("queues/<str:hall>/tickets/<int:ticket_id>/<slug:act>/", ticket_act, name="queue-act"),
    path("queues/<str:hall>/desks/<int:number>/<slug:act>/", desk_act, name="queue-desk"),
    path("queues/<str:hall>/lost/", lost, name="lost"),
    path("queues/<str:hall>/lost/new/", lost_new, name="lost-new"),
    path("queues/<str:hall>/lost/<int:thing_id>/", lost_thing, name="lost-thing"),
    path("queues/<str:hall>/lost/<int:thing_id>/<slug:act>/", lost_act, name="lost-act"),
    path("queues/<str:hall>/board/", board, name="queue-board"),
    path("queues/<str:hall>/board/part/", board_part, name="queue-board-part"),
    path("queues/<str:hall>/board/live/", board_live, name="queue-board-live"),
    path("phones/", phones, name="phones"),
    path("phones/handsets/", phones_part, name="phones-part"),
    path("phones/journey/", journey_part, name="phones-journey"),
    path("phones/write/", phones_write, name="phones-write"),
    path("phones/terminal/", phones_terminal, name="phones-terminal"),
    path("phones/month/", pass_a_month, name="phones-month"),
    path("payments/", payments, name="payments"),
    path("hall/", include("wanhao.pages.hall.entry_urls")),
    path("staff/", include("wanhao.pages.staff.urls")),
    path("payments/wechat/", wechat_called, name="wechat-called"),
    path("payments/alipay/", alipay_called, name="alipay-called"),
    path(
        "payments/differences/<int:difference_id>/settle/",
        difference_settle,
        name="difference-settle",
    ),
    path("payments/<slug:number>/", payment, name="payment"),
    path("payments/<slug:number>/refund/", payment_refund, name="payment-refund"),
    path("hall/", include("wanhao.pages.hall.urls")),
    path("terminal/", include("wanhao.pages.terminal.urls")),
    path("hall/", include("wanhao.pages.hall.app_urls")),
    path("live/", live, name="live"),
    path("metrics", metrics, name="metrics"),
    path("preferences/", choose, name="preferences"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
