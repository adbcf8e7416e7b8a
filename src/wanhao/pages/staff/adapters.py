"""What allauth asks of an installation: who may sign in, in which steps; how secrets are kept."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wanhao.access.contracts import LoginKind

DEMO_NAMES = "demo-"
"""How the names of those begin whose password everybody knows."""

STAGES = [
    "allauth.mfa.stages.AuthenticateStage",
    "wanhao.pages.staff.stages.EnrolStage",
    "wanhao.pages.staff.stages.PasswordStage",
]


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Employees only; nobody is signed in before the second factor and a password of their own."""

    error_messages = {  # noqa: RUF012 - as allauth has it
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Name and password do not fit together."),
        "too_many_login_attempts": _("Too many wrong tries. Please try again in 15 minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **hooks: Any) -> HttpResponse | None:
        if user.kind != LoginKind.EMPLOYEE:
            return HttpResponseRedirect(reverse("hall-sign-in"))
        if user.get_username().startswith(DEMO_NAMES) and not settings.DEMO:
            return self.respond_user_inactive(request, user)
        response: HttpResponse | None = super().pre_login(request, user, **hooks)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("staff-sign-in") + "?off=1")

    def get_login_stages(self) -> list[str]:
        return STAGES

    def add_message(self, *given: Any, **more: Any) -> None:
        """Pages say themselves what was done."""

    def send_notification_mail(self, *given: Any, **more: Any) -> None:
        """Logins have no mail address."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors; their secrets are kept encrypted under the installation's key."""

    error_messages = {  # noqa: RUF012 - as allauth has it
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That code is not right. Take the one shown now."),
    }

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *given: Any, **more: Any) -> None:
        """Logins have no mail address."""


def _vault() -> Fernet:
    digest = hashlib.sha256(b"wanhao second factors " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
