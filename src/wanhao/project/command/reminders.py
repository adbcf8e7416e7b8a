"""`wanhao reminders`: the rules and their changes; why somebody was told, or was not."""

import click

from wanhao.project.command.reminders_explain import explain_command
from wanhao.project.command.reminders_optout import optout_command
from wanhao.project.command.reminders_preview import preview_command
from wanhao.project.command.reminders_rules import (
    check_command,
    history_command,
    list_command,
    revert_command,
    set_command,
    show_command,
)


@click.group()
def reminders() -> None:
    """See, check and change the rules; explain why a line was told, or was not."""


for command in (
    list_command,
    show_command,
    check_command,
    preview_command,
    set_command,
    revert_command,
    history_command,
    explain_command,
    optout_command,
):
    reminders.add_command(command)
