"""What queues, lost property and care files refuse."""

from tests.outlets.examples import a_place
from tests.outlets.halls import BY, HALL, MORNING, at, open_hall, open_lines
from tests.outlets.losses import a_claim
from wanhao.outlets.actions import import_places
from wanhao.outlets.calling import begin_serving, call_next
from wanhao.outlets.claiming import claim
from wanhao.outlets.contracts import Service
from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.taking import arrive, book_ticket, give_back, take_ticket
from wanhao.parties.care import agree_to_care, register_care
from wanhao.parties.care_contracts import CareReason, NewCare, Relation


def taken(now=MORNING, **given):
    open_hall()
    return take_ticket(HALL, now, by=BY, line_id=open_lines(1)[0], **given)


def booked(time, day=23, desks=1, before=0):
    open_hall(desks)
    lines = open_lines(before + 1)
    for line in lines[:before]:
        book_ticket(HALL, at(time, day), MORNING, by=BY, line_id=line)
    return book_ticket(HALL, at(time, day), MORNING, by=BY, line_id=lines[before])


def booked_beside():
    return book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=taken().line_id)


def without_a_queue():
    import_places([a_place("H2")])
    return take_ticket("H2", MORNING, by=BY)


def given_back_at_the_desk():
    ticket = taken()
    call_next(HALL, 1, MORNING, by=BY)
    begin_serving(ticket.ticket_id, MORNING, by=BY)
    return give_back(ticket.ticket_id, MORNING, by=BY)


def there_a_day_early():
    return arrive(booked("15:00", 24).ticket_id, MORNING, by=BY)


def claimed_thrice():
    for kind in list(ThingKind)[:4]:
        claim(a_claim(kind=kind), MORNING, by=BY)


def cared_for(**other):
    lines = open_lines(3)
    given = {
        "person_line": lines[0],
        "asked_line": lines[1],
        "relation": Relation.PARENT,
        "reason": CareReason.ALONE,
        "needs": ("home-visit",),
        "address": "样例路1号",
    }
    register_care(NewCare(**(given | other)), MORNING, by=BY)
    register_care(NewCare(**(given | {"asked_line": lines[2]})), MORNING, by=BY)


OF_QUEUES = [
    ("no address", lambda: cared_for(address=" "), "上门地址", "where to visit"),
    ("a file of others", cared_for, "已有关怀登记", "has a care file already"),
    (
        "no file",
        lambda: agree_to_care(open_lines(1)[0], MORNING),
        "没有待同意",
        "no care file to agree to",
    ),
    (
        "no such thing",
        lambda: claim(a_claim(thing_id=7), MORNING, by=BY),
        "没有与L7相符",
        "L7 does",
    ),
    (
        "no marks",
        lambda: claim(a_claim(marks="包"), MORNING, by=BY),
        "特征",
        "only its owner knows",
    ),
    ("too many claims", claimed_thrice, "认领次数已满", "as many claims as it may"),
    ("closed hall", lambda: taken(at("7:00")), "现在不营业", "closed now (open daily"),
    ("no queue", without_a_queue, "不用取号", "no queue"),
    ("no desk", lambda: taken(service=Service.REPAIR), "不办这项业务", "does not do that"),
    ("two tickets", booked_beside, "已有A001号", "You have A001"),
    ("full slot", lambda: booked("15:00", before=1), "已约满", "booked up"),
    ("too far", lambda: booked("15:00", 7), "7天内", "within the next 7 days"),
    ("odd time", lambda: booked("15:05"), "整刻钟", "a quarter of an hour"),
    ("another day", there_a_day_early, "您预约的是2026-11-24", "for 2026-11-24"),
    ("at the desk", given_back_at_the_desk, "正在为您办理", "being served"),
]
