"""`wanhao reminders`: why somebody was told, and what a changed rule would do."""

import click

from wanhao.project.command.reminders_explain import explain_command
from wanhao.project.command.reminders_preview import preview_command


@click.group()
def reminders() -> None:
    """Why a line was told, or was not; what a changed rule would have sent."""


for command in (explain_command, preview_command):
    reminders.add_command(command)
