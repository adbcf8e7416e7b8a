"""`wanhao staff`: the organisation, who works in it, and the roles they hold."""

import getpass

import click
from django.db import transaction

from wanhao.access.logins import (
    add_employee_login,
    login_of_employee,
    reset_employee_password,
)
from wanhao.pages.staff.factors import forget_factors
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.staff.actions import appoint, end_role, grant_role
from wanhao.staff.queries import roles_held, units
from wanhao.staff.roles import known_roles
from wanhao.values.cycle import SHANGHAI


@click.group()
def staff() -> None:
    """The organisation, its employees, and what their roles let them do."""


@staff.command("units")
def units_command() -> None:
    """List the units of the organisation with their codes."""
    refuse_without_database()
    with database():
        for unit in units():
            below = f"  below {unit.parent}" if unit.parent else ""
            click.echo(f"{unit.code:<18}{unit.kind:<10}{unit.name_zh} {unit.name_en}{below}")


@staff.command("roles")
def roles_command() -> None:
    """List the roles there are, how far each reaches, and what it may."""
    for role in known_roles().values():
        click.echo(f"{role.code:<18}{role.zh} {role.en}, reach: {role.reach}")
        click.echo(f"{'':<18}{', '.join(sorted(role.may))}")


@staff.command("held")
@click.argument("job_number", default="")
@click.option("--all", "every", is_flag=True, help="Those that ended too.")
def held_command(job_number: str, every: bool) -> None:
    """List the roles held by the employee of a JOB_NUMBER, or by everybody."""
    refuse_without_database()
    with database():
        for one in roles_held(job_number, live=not every):
            since = f"since {one.since.astimezone(SHANGHAI):%Y-%m-%d %H:%M} by {one.granted_by}"
            until = (
                f", until {one.until.astimezone(SHANGHAI):%Y-%m-%d %H:%M} by {one.ended_by}"
                if one.until
                else ""
            )
            click.echo(f"{one.job_number:<12}{one.role:<18}{one.unit:<18}{since}{until}")


@staff.command("grant")
@click.argument("job_number")
@click.argument("role")
@click.argument("unit")
def grant_command(job_number: str, role: str, unit: str) -> None:
    """Let the employee of a JOB_NUMBER hold a ROLE at a UNIT."""
    refuse_without_database()
    with database():
        _, first = grant_role(
            job_number=job_number, role=role, unit_code=unit, now=clock.now(), by=_person()
        )
    click.echo("granted" if first else "it was held already")


@staff.command("end")
@click.argument("job_number")
@click.argument("role")
@click.argument("unit")
def end_command(job_number: str, role: str, unit: str) -> None:
    """The employee of a JOB_NUMBER holds a ROLE at a UNIT no more."""
    refuse_without_database()
    with database():
        ended = end_role(
            job_number=job_number, role=role, unit_code=unit, now=clock.now(), by=_person()
        )
    click.echo("ended" if ended else "it was not held")


@staff.command("add")
@click.argument("login")
@click.argument("unit")
@click.argument("job_number")
@click.argument("name")
def add_command(login: str, unit: str, job_number: str, name: str) -> None:
    """Add the employee NAME with a JOB_NUMBER at a UNIT, who signs in as LOGIN.

    Prints a password that must be changed at the first sign-in; it is told this once.
    """
    refuse_without_database()
    with database(), transaction.atomic():
        login_id, password = add_employee_login(login)
        appoint(login_id=login_id, unit_code=unit, name=name, job_number=job_number)
    click.echo(password)
    click.echo("told only this once; the second factor is set up at the first sign-in", err=True)


@staff.command("reset")
@click.argument("login")
@click.option("--factor", is_flag=True, help="The second factor, too: the phone is lost.")
def reset_command(login: str, factor: bool) -> None:
    """Print a new password for LOGIN, to be changed at the next sign-in; its sessions end."""
    refuse_without_database()
    with database(), transaction.atomic():
        click.echo(reset_employee_password(login_of_employee(login)))
        if factor:
            forget_factors(login_of_employee(login))


def _person() -> str:
    return f"command:{getpass.getuser()}"[:64]
