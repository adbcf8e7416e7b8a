"""The hall's home as one writes it first with Django, as the peer of `make bench-pages`.

As many processes as ours, the same template and the same meter; but a connection to the database
for each request, which is Django's default, and the model's rows one after the other: the balance
is the sum of its postings, and each product asks for its offering.
"""

from datetime import datetime

import uvicorn
from django.core.asgi import get_asgi_application
from django.db.models import Sum

application = get_asgi_application()

from wanhao.billing import models as billing  # noqa: E402 - Django first
from wanhao.billing.line_stops import live_line_stops  # noqa: E402
from wanhao.billing.stops import debts_due, live_stops  # noqa: E402
from wanhao.loyalty.queries import points_of, stars_of  # noqa: E402
from wanhao.menu.queries import done_lately  # noqa: E402
from wanhao.pages.hall import home, standing  # noqa: E402
from wanhao.parties.contracts import LineView  # noqa: E402
from wanhao.parties.models import Line  # noqa: E402
from wanhao.products import models as products  # noqa: E402
from wanhao.products.contracts import HeldProduct  # noqa: E402
from wanhao.products.rows import offering_of  # noqa: E402
from wanhao.project.env import environment  # noqa: E402
from wanhao.values.cycle import SHANGHAI  # noqa: E402


def standing_plainly(asked: LineView, now: datetime) -> standing.Standing:
    """Where a line stands, a row after the other."""
    line = Line.objects.get(pk=asked.line_id)
    group, account = line.group, line.group.account
    use, out_of_reach = standing.use_of(asked, now)
    held = [_held(row) for row in products.Product.objects.filter(group=group, until=None)]
    return standing.Standing(
        use=use,
        out_of_reach=out_of_reach,
        held=tuple(held),
        money=_money(line.pk, account.pk, now),
        points=points_of([account.pk], now).get(account.pk),
        star=stars_of([account.pk], now).get(account.pk),
        done=done_lately(line.pk, now - standing.LATELY),
    )


def _held(row: products.Product) -> HeldProduct:
    return HeldProduct(
        product_id=row.pk,
        group_id=row.group_id,
        offering=offering_of(row.offering),
        since=row.since,
        until=row.until,
    )


def _money(line_id: int, account_id: int, now: datetime) -> standing.Money:
    postings = billing.Posting.objects.filter(account_id=account_id, book="general")
    buckets = billing.BalanceBucket.objects.filter(account_id=account_id, kind="gifted")
    general = postings.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    gifted = buckets.aggregate(fen=Sum("balance_fen"))["fen"] or 0
    debt = debts_due([account_id], now.astimezone(SHANGHAI).date()).get(account_id)
    return standing.Money(
        balance_fen=general + gifted,
        late_fen=debt.bills_fen + debt.penalties_fen if debt else 0,
        stop=live_stops([account_id]).get(account_id),
        line_stops=live_line_stops([line_id]).get(line_id, ()),
    )


setattr(home, "standing_of", standing_plainly)  # noqa: B010

if __name__ == "__main__":
    env = environment()
    uvicorn.run(
        "bench.pages_plainly:application",
        port=env.port,
        workers=env.web_workers,
        lifespan="off",
        log_level="critical",
        access_log=False,
    )
