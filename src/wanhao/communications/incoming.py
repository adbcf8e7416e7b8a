"""Commands of customers by short message, each done once however often the network brings it."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from wanhao.communications.incoming_models import IncomingMessage

REPEATS_WITHIN = timedelta(minutes=10)


@transaction.atomic
def begin_command(number: int, command: str, now: datetime) -> bool:
    """Note a command; False when it is the last one again, as a network brings it that had no
    answer. Belongs into the transaction that does it.

    Two that come at once wait for each other: the second then finds the first.
    """
    last = IncomingMessage.objects.filter(number=number).order_by("-place").first()
    if last and last.command == command and now - last.received_at < REPEATS_WITHIN:
        return False
    try:
        with transaction.atomic():
            IncomingMessage.objects.create(
                number=number,
                place=last.place + 1 if last else 1,
                command=command,
                received_at=now,
            )
    except IntegrityError:
        return begin_command(number, command, now)
    return True
