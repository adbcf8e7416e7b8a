"""Logins of customers and employees, tokens of programs, and who read what."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from wanhao.access.cache_models import SharedEntry
from wanhao.access.code_models import OneTimeCode, OneTimeLink
from wanhao.access.contracts import LoginKind
from wanhao.access.token_models import LineToken, TokenStepUp
from wanhao.access.trying_models import ServicePassword, WrongTry

# Codes, tokens and passwords have files of their own; all tables are known from here.
__all__ = [
    "LineToken",
    "Login",
    "LoginManager",
    "OneTimeCode",
    "OneTimeLink",
    "PersonalDataRead",
    "ServicePassword",
    "SharedEntry",
    "TokenStepUp",
    "WrongTry",
]


class LoginManager(BaseUserManager["Login"]):
    """Creates logins with a hashed password."""

    def create_user(self, name: str, password: str | None = None, **fields: object) -> "Login":
        login = self.model(name=name, **fields)
        login.set_password(password)
        login.save(using=self._db)
        return login

    def create_superuser(self, name: str, password: str | None = None, **fields: object) -> "Login":
        rights = {"kind": LoginKind.EMPLOYEE.value, "is_staff": True, "is_superuser": True}
        return self.create_user(name, password, **{**rights, **fields})


class Login(AbstractBaseUser, PermissionsMixin):
    """Somebody who may sign in: a customer to the hall, an employee to the console."""

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(
        max_length=8,
        choices=[(kind.value, kind.name.title()) for kind in LoginKind],
        default=LoginKind.CUSTOMER.value,
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the read-only admin.")
    must_change_password = models.BooleanField(
        default=False, help_text="Somebody else chose the password."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[LoginManager] = LoginManager()
    USERNAME_FIELD = "name"

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in LoginKind]),
                name="login_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(is_staff=False) | models.Q(kind=LoginKind.EMPLOYEE.value),
                name="login_only_employees_open_admin",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PersonalDataRead(models.Model):
    """That somebody read a customer's data, what for, and why in their words where they were asked
    for a reason; never changed, never deleted."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+", null=True)
    subject = models.CharField(max_length=96)
    purpose = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True, default="")
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(purpose=""),
                name="read_says_of_whom_and_what_for",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject", "-id"], name="read_of_subject"),
            models.Index(fields=["login", "-id"], name="read_by_login"),
            models.Index(fields=["read_at"], name="read_at_when"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.subject}"
