"""How far the feeds of a foreign billing were read; a page and its cursor are written together."""

from datetime import datetime

from wanhao.billing.foreign.contracts import CHANGES, FeedView, Kept
from wanhao.billing.foreign_models import LONGEST_TROUBLE, ForeignFeed


def bills_feed(cycle: int) -> str:
    """The name of the feed of a cycle's bills."""
    return f"bills-{cycle}"


def feed_cursor(name: str) -> str:
    """The cursor behind the last page that was applied; empty at the beginning."""
    return ForeignFeed.objects.filter(name=name).values_list("cursor", flat=True).first() or ""


def hold_feed(name: str, after: str) -> bool:
    """Lock the feed until the transaction ends; false when it is no longer at that cursor."""
    ForeignFeed.objects.bulk_create([ForeignFeed(name=name)], ignore_conflicts=True)
    return ForeignFeed.objects.select_for_update().get(name=name).cursor == after


def move_feed(
    name: str, cursor: str, kept: Kept, *, more: bool, latest_at: datetime | None, now: datetime
) -> None:
    """Put the cursor behind a page that was applied; the feed must be held."""
    feed = ForeignFeed.objects.get(name=name)
    feed.cursor = cursor
    feed.pages += 1
    feed.changes += kept.changes
    feed.repeated += kept.repeated
    feed.unknown += kept.unknown
    feed.latest_at = latest_at or feed.latest_at
    feed.caught_up_at = feed.caught_up_at if more else now
    feed.trouble, feed.trouble_at = "", None
    feed.save()


def mark_read_to_end(name: str, now: datetime) -> None:
    """Note that the feed had nothing new."""
    ForeignFeed.objects.bulk_create([ForeignFeed(name=name)], ignore_conflicts=True)
    ForeignFeed.objects.filter(name=name).update(caught_up_at=now, trouble="", trouble_at=None)


def note_trouble(name: str, told: str, now: datetime) -> None:
    """Keep why the last attempt failed, for whoever looks at the status."""
    ForeignFeed.objects.bulk_create([ForeignFeed(name=name)], ignore_conflicts=True)
    ForeignFeed.objects.filter(name=name).update(trouble=told[:LONGEST_TROUBLE], trouble_at=now)


def begin_anew(name: str, after: str) -> None:
    """Read the feed again from its beginning, unless it moved on from that cursor meanwhile."""
    ForeignFeed.objects.filter(name=name, cursor=after).update(cursor="")


def feeds() -> tuple[FeedView, ...]:
    """Every feed that was asked, the feed of changes first."""
    found = [
        FeedView(
            name=feed.name,
            cursor=feed.cursor,
            caught_up_at=feed.caught_up_at,
            latest_at=feed.latest_at,
            pages=feed.pages,
            changes=feed.changes,
            repeated=feed.repeated,
            unknown=feed.unknown,
            trouble=feed.trouble,
            trouble_at=feed.trouble_at,
        )
        for feed in ForeignFeed.objects.order_by("name")
    ]
    return tuple(sorted(found, key=lambda feed: (feed.name != CHANGES, feed.name)))
