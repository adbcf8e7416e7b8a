"""Customers, the accounts that pay, the groups that share allowances, and the lines."""

from typing import ClassVar

from django.db import models

from wanhao.parties.binding_models import LineBinding
from wanhao.parties.care_models import CareFile, CareVisit
from wanhao.parties.contracts import CustomerKind, Language, LineRole, MediumKind, PayType
from wanhao.parties.person_models import Document, LinePreference
from wanhao.parties.states import UNFINISHED, RunState

# Bindings, documents and preferences have files of their own; all tables are known from here.
__all__ = [
    "BillingAccount",
    "CareFile",
    "CareVisit",
    "ContactMedium",
    "Customer",
    "Document",
    "FrozenNumber",
    "ImportRun",
    "Line",
    "LineBinding",
    "LineGroup",
    "LinePreference",
]


class Customer(models.Model):
    """A person or a company the operator has a contract with."""

    name = models.CharField(max_length=64)
    kind = models.CharField(
        max_length=8, choices=[(kind.value, kind.name) for kind in CustomerKind]
    )
    city = models.CharField(max_length=4)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in CustomerKind]),
                name="customer_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="customer_has_a_name"),
        ]
        indexes: ClassVar = [models.Index(fields=["name"], name="customer_by_name")]

    def __str__(self) -> str:
        return self.name


class BillingAccount(models.Model):
    """What pays: one balance, one bill, any number of groups."""

    reference = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    pay_type = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in PayType])

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(pay_type__in=[kind.value for kind in PayType]),
                name="account_pay_type_known",
            ),
            models.CheckConstraint(condition=~models.Q(reference=""), name="account_has_reference"),
        ]

    def __str__(self) -> str:
        return self.reference


class LineGroup(models.Model):
    """Lines that share their allowances; a single line is a group of one."""

    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "account"], name="group_with_its_account"),
        ]

    def __str__(self) -> str:
        return f"group {self.pk}"


class Line(models.Model):
    """A number in use by a customer, from `since` until `until`; live while `until` is empty."""

    number = models.BigIntegerField()
    group = models.ForeignKey(LineGroup, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=9, choices=[(role.value, role.name) for role in LineRole])
    language = models.CharField(
        max_length=2, choices=[(lang.value, lang.name) for lang in Language]
    )
    city = models.CharField(max_length=4)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"],
                condition=models.Q(until__isnull=True),
                name="line_number_live_once",
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=models.Q(until__isnull=True, role=LineRole.MAIN.value),
                name="line_one_main_per_group",
            ),
            models.CheckConstraint(
                condition=models.Q(number__range=(10_000_000_000, 19_999_999_999)),
                name="line_number_has_eleven_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in LineRole]),
                name="line_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=[lang.value for lang in Language]),
                name="line_language_known",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="line_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class FrozenNumber(models.Model):
    """A number that was taken from its customer, or is auctioned: nobody may have it until then."""

    number = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(number__range=(10_000_000_000, 19_999_999_999)),
                name="frozen_number_has_eleven_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="number_frozen_for_a_while"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} frozen until {self.until}"


class ContactMedium(models.Model):
    """Where a customer, or one line only, can be reached, from `since` until `until`."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    kind = models.CharField(max_length=5, choices=[(kind.value, kind.name) for kind in MediumKind])
    value = models.CharField(max_length=254)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False, line__isnull=True)
                | models.Q(customer__isnull=True, line__isnull=False),
                name="medium_of_a_customer_or_a_line",
            ),
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=models.Q(until__isnull=True, customer__isnull=False),
                name="medium_of_customer_live_once",
            ),
            models.UniqueConstraint(
                fields=["line", "kind"],
                condition=models.Q(until__isnull=True, line__isnull=False),
                name="medium_of_line_live_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in MediumKind]),
                name="medium_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(value=""), name="medium_has_a_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.customer_id or self.line_id}"


class ImportRun(models.Model):
    """One import of one file, known by the digest of its content; it goes on where it stopped."""

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    state = models.CharField(
        max_length=8, choices=[(state.value, state.name) for state in RunState]
    )
    rows = models.BigIntegerField(default=0)
    chunks = models.IntegerField(default=0)
    chunks_done = models.IntegerField(default=0)
    accounts_opened = models.BigIntegerField(default=0)
    lines_opened = models.BigIntegerField(default=0)
    rows_left_out = models.BigIntegerField(default=0)
    trouble = models.TextField(default="", blank=True)
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=models.Q(state__in=[state.value for state in UNFINISHED]),
                name="import_unfinished_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in RunState]),
                name="import_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(chunks_done__range=(0, models.F("chunks"))),
                name="import_within_its_chunks",
            ),
        ]

    def __str__(self) -> str:
        return self.name
