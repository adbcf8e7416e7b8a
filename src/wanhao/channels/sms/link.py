"""One bound connection to the SMSC, from bind to the moment either end drops it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from wanhao.channels.sms import codec, tls
from wanhao.channels.sms.contracts import (
    Delivery,
    NotStoredError,
    SmscConfig,
    Submit,
    SubmitOutcome,
    SubmitResult,
)

logger = logging.getLogger(__name__)

Handler = Callable[[Delivery], Awaitable[None]]
"""Stores a delivery; raises if it could not, and the SMSC is asked to repeat it."""

MOST_DELIVERIES_AT_ONCE = 1000
UNBIND_PATIENCE = 2.0
NOT_SENT = SubmitResult(outcome=SubmitOutcome.NOT_SENT)
UNKNOWN = SubmitResult(outcome=SubmitOutcome.UNKNOWN)


class BindRefusedError(Exception):
    """The SMSC answered the bind with an error."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused with 0x{status:02X}")
        self.status = status


class WrongCredentialsError(BindRefusedError):
    """System id or password are wrong; trying again soon only gets the account locked."""


class LinkLostError(Exception):
    """The connection ended before an answer came."""


async def open_link(config: SmscConfig, handler: Handler) -> "Link":
    """Connects and binds; raises BindRefusedError, LinkLostError or OSError (also on time-out)."""
    async with asyncio.timeout(config.connect_timeout):
        secure, name = tls.secured(config)
        reader, writer = await asyncio.open_connection(
            config.host, config.port, ssl=secure, server_hostname=name
        )
        link = Link(reader, writer, config, handler)
        try:
            await link.bind()
        except BaseException:
            link.drop("not bound")
            raise
    return link


class Link:
    """Reads and writes one connection; `run` ends when it is lost."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        config: SmscConfig,
        handler: Handler,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._config = config
        self._handler = handler
        self._sequence = 0
        self._pending: dict[int, asyncio.Future[codec.Pdu]] = {}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._last_heard = asyncio.get_running_loop().time()
        self._on_lost: Callable[[], None] = _nobody
        self.lost_because = ""

    @property
    def is_open(self) -> bool:
        return not self.lost_because and not self._writer.is_closing()

    async def bind(self) -> None:
        """Sends the bind and reads its answer, the first frame of a connection."""
        self._writer.write(codec.bind(self._config, self._next_sequence()))
        try:
            pdu = codec.read(await self._read_frame())
        except (EOFError, codec.BrokenStreamError, codec.UnreadablePduError) as error:
            raise LinkLostError("no answer to the bind") from error
        if pdu.status in codec.WRONG_CREDENTIALS:
            raise WrongCredentialsError(pdu.status)
        if pdu.status != codec.OK or pdu.command != f"bind_{self._config.kind}_resp":
            raise BindRefusedError(pdu.status)

    async def run(self, on_lost: Callable[[], None]) -> None:
        """Serves the connection until it is lost; every waiting submit then ends as unknown.

        `on_lost` is called in the moment of the loss, before what is left of it is tidied up.
        """
        self._on_lost = on_lost
        watch = asyncio.create_task(self._watch())
        try:
            await self._read_all()
        except codec.BrokenStreamError as error:
            self._write(codec.plain("generic_nack", 0, codec.INVALID_LENGTH))
            self.drop(str(error))
        except EOFError:
            self.drop("the SMSC closed the connection")
        except OSError as error:
            self.drop(str(error))
        finally:
            self.drop("closed")
            await self._end(watch, *self._deliveries)
            await self._close()

    async def submit(self, part: Submit) -> SubmitResult:
        """One submit_sm and its answer; `not_sent` only if no octet of it was written."""
        if not self.is_open:
            return NOT_SENT
        sequence = self._next_sequence()
        frame = codec.submit(self._config, part, sequence)
        try:
            pdu = await self._request(sequence, frame)
        except (LinkLostError, OSError, TimeoutError):
            return UNKNOWN
        if pdu.status == codec.NOT_BOUND:
            self.drop("the SMSC says it is not bound")
        return _result(pdu)

    @property
    def is_storing(self) -> bool:
        """Whether deliveries came that are not acknowledged yet."""
        return bool(self._deliveries)

    async def unbind(self) -> None:
        """Takes leave; the connection is closed whether or not the SMSC answers."""
        sequence = self._next_sequence()
        try:
            async with asyncio.timeout(UNBIND_PATIENCE):
                await self._request(sequence, codec.plain("unbind", sequence))
        except (LinkLostError, OSError, TimeoutError):
            logger.info("unbind was not answered")
        self.drop("unbound")

    def drop(self, reason: str) -> None:
        """Closes at once; only the first reason is kept."""
        if not self.lost_because:
            self.lost_because = reason
            self._on_lost()
        for future in self._pending.values():
            if not future.done():
                future.set_exception(LinkLostError(reason))
        self._pending.clear()
        self._writer.close()

    async def _end(self, *tasks: asyncio.Task[None]) -> None:
        """A delivery still being stored cannot be acknowledged any more; the SMSC repeats it."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _close(self) -> None:
        """Flushes the last answers; an end that does not read any more is cut off."""
        try:
            async with asyncio.timeout(UNBIND_PATIENCE):
                await self._writer.wait_closed()
        except OSError:
            self._writer.transport.abort()

    async def _request(self, sequence: int, frame: bytes) -> codec.Pdu:
        future: asyncio.Future[codec.Pdu] = asyncio.get_running_loop().create_future()
        self._pending[sequence] = future
        try:
            self._writer.write(frame)
            async with asyncio.timeout(self._config.response_timeout):
                await self._writer.drain()
                return await future
        finally:
            self._pending.pop(sequence, None)
            if future.done() and not future.cancelled():
                future.exception()

    def _next_sequence(self) -> int:
        self._sequence = self._sequence % codec.LAST_SEQUENCE + 1
        return self._sequence

    async def _read_frame(self) -> bytes:
        head = await self._reader.readexactly(codec.HEADER.size)
        length = codec.frame_length(head)
        return head + await self._reader.readexactly(length - len(head))

    async def _read_all(self) -> None:
        while self.is_open:
            frame = await self._read_frame()
            self._last_heard = asyncio.get_running_loop().time()
            try:
                self._receive(codec.read(frame))
            except codec.UnreadablePduError as error:
                self._refuse_unreadable(error)

    def _receive(self, pdu: codec.Pdu) -> None:
        if pdu.command == "deliver_sm":
            self._start_delivery(pdu)
        elif pdu.command == "enquire_link":
            self._write(codec.plain("enquire_link_resp", pdu.sequence))
        elif pdu.command == "unbind":
            self._write(codec.plain("unbind_resp", pdu.sequence))
            self.drop("the SMSC unbound")
        elif pdu.command == "generic_nack" or pdu.command.endswith("_resp"):
            self._answer(pdu)
        elif pdu.command != "alert_notification":
            nack = codec.plain("generic_nack", pdu.sequence, codec.INVALID_COMMAND)
            self._write(nack)

    def _answer(self, pdu: codec.Pdu) -> None:
        future = self._pending.get(pdu.sequence)
        if future is None:
            logger.warning("%s came too late or for nobody, number %d", pdu.command, pdu.sequence)
        elif not future.done():
            future.set_result(pdu)

    def _refuse_unreadable(self, error: codec.UnreadablePduError) -> None:
        logger.warning("unreadable PDU: %s", error)
        future = self._pending.get(error.sequence) if error.is_response else None
        if future is not None and not future.done():
            future.set_exception(LinkLostError("the answer cannot be read"))
        if not error.is_response:
            self._write(codec.plain("generic_nack", error.sequence, error.status))

    def _start_delivery(self, pdu: codec.Pdu) -> None:
        if len(self._deliveries) >= MOST_DELIVERIES_AT_ONCE:
            self._write(codec.plain("deliver_sm_resp", pdu.sequence, codec.QUEUE_FULL))
            return
        task = asyncio.create_task(self._deliver(pdu))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def _deliver(self, pdu: codec.Pdu) -> None:
        """Acknowledges only what the handler has stored."""
        status = codec.OK
        try:
            await self._handler(codec.delivery(pdu))
        except NotStoredError as error:
            logger.warning("a delivery is left to the SMSC: %s", error)
            status = codec.TEMPORARY_ERROR
        except Exception:
            logger.exception("a delivery could not be stored; the SMSC will repeat it")
            status = codec.TEMPORARY_ERROR
        self._write(codec.plain("deliver_sm_resp", pdu.sequence, status))

    def _write(self, frame: bytes) -> None:
        if self.is_open:
            self._writer.write(frame)

    async def _watch(self) -> None:
        """Asks for a sign of life when nothing was heard; silence then ends the link."""
        loop = asyncio.get_running_loop()
        while self.is_open:
            quiet = loop.time() - self._last_heard
            if quiet < self._config.enquire_after:
                await asyncio.sleep(self._config.enquire_after - quiet)
                continue
            sequence = self._next_sequence()
            try:
                await self._request(sequence, codec.plain("enquire_link", sequence))
            except (LinkLostError, OSError, TimeoutError):
                self.drop("enquire_link was not answered")


def _nobody() -> None:
    """The link is lost and nobody serves it yet."""


def _result(pdu: codec.Pdu) -> SubmitResult:
    """An answer as an outcome; an acceptance by generic_nack does not exist."""
    if pdu.status in (codec.THROTTLED, codec.QUEUE_FULL, codec.NOT_BOUND):
        return SubmitResult(outcome=SubmitOutcome.THROTTLED, status=pdu.status)
    if pdu.status != codec.OK or pdu.command != "submit_sm_resp":
        return SubmitResult(outcome=SubmitOutcome.REJECTED, status=pdu.status)
    return SubmitResult(outcome=SubmitOutcome.ACCEPTED, message_id=pdu.message_id)
