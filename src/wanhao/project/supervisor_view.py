"""Shows the processes: a table that stays in place on a terminal, else a line per change."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from wanhao.project.supervisor import ProcessView


class Display(Protocol):
    """Where the state of the processes is shown, again and again."""

    def show(self, headline: str, views: Sequence[ProcessView]) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def display() -> Display:
    """The one that suits the terminal, or its absence."""
    console = Console()
    drawable = console.is_terminal and not console.is_dumb_terminal
    return TableDisplay(console) if drawable else LineDisplay()


def state_word(view: ProcessView) -> str:
    """How a process is, in a few words."""
    if view.running:
        return "running"
    if view.exit_code is None:
        return "cannot be started"
    return f"ended with {view.exit_code}, starts again"


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, short."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class TableDisplay:
    """One line per process, drawn over itself; no thread of its own."""

    def __init__(self, console: Console | None = None) -> None:
        self._live = Live(console=console or Console(), auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, headline: str, views: Sequence[ProcessView]) -> None:
        """Draw the table again."""
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True, min_width=max(len(view.name) for view in views))
        table.add_column(no_wrap=True, min_width=len("running"))
        table.add_column(justify="right", no_wrap=True, min_width=len("0:00:00"))
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for view in views:
            colour = "green" if view.running else "red"
            times = f" ({view.deaths}x)" if view.deaths else ""
            table.add_row(
                view.name,
                Text(state_word(view) + times, style=colour),
                duration(view.seconds),
                Text(view.line, style="dim"),
            )
        self._live.update(Group(Text(headline, style="bold"), table), refresh=True)


class LineDisplay:
    """A plain line whenever a process changes its state, for logs and pipes."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._headline = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def show(self, headline: str, views: Sequence[ProcessView]) -> None:
        """Print what changed since the last call."""
        for view in views:
            state = f"{state_word(view)} {view.pid or ''} {view.deaths}"
            if self._shown.get(view.name) == state:
                continue
            self._shown[view.name] = state
            last = "" if view.running else f": {view.line}"
            print(f"{view.name:<10}{state_word(view)}{last}", flush=True)
        if headline != self._headline:
            self._headline = headline
            print(headline, flush=True)
