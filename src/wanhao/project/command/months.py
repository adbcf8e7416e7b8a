"""Months as they are typed."""

from typing import Any

import click


class Month(click.IntRange):
    """A month as 202611."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of a month that there is."""
        number: int = super().convert(value, param, ctx)
        if not 1 <= number % 100 <= 12:
            self.fail(f"{number} is not a month; write one as 202611.", param, ctx)
        return number


CYCLE = Month(200001, 999912)
