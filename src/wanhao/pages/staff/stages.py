"""Steps between the password and being signed in; nobody gets in before all are done."""

from typing import Any

from allauth.account.stages import LoginStage
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponseRedirect
from django.urls import reverse

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class EnrolStage(LoginStage):  # type: ignore[misc]
    """Who has no second factor yet sets one up."""

    key = "wanhao_enrol"
    urlname = "staff-enrol"

    def handle(self) -> tuple[Any, bool]:
        if is_mfa_enabled(self.login.user, FACTORS) and not self.state.get("shown"):
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True


class PasswordStage(LoginStage):  # type: ignore[misc]
    """Whose password somebody else chose, chooses one."""

    key = "wanhao_password"
    urlname = "staff-new-password"

    def handle(self) -> tuple[Any, bool]:
        if not getattr(self.login.user, "must_change_password", False):
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True
