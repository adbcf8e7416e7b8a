"""Employees sign in: name and password, second factor, and what is still to be set up."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.stagekit import clear_login, stash_login
from allauth.account.views import LoginView
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.conf import settings
from django.contrib.auth import logout, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wanhao.access.logins import choose_password
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.pages.staff.ports import demo_staff
from wanhao.pages.staff.stages import EnrolStage, PasswordStage

RATES = {"enrol": "20/15m/ip", "password": "20/15m/ip"}
LEAST = 10


class StaffLoginView(LoginView):  # type: ignore[misc]
    """Name and password. Whoever was signed in in this browser is signed out first."""

    def form_valid(self, form: Any) -> HttpResponse:
        if self.request.user.is_authenticated:
            logout(self.request)
        response: HttpResponse = super().form_valid(form)
        return response

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        form = context["form"]
        shown = demo_staff() if settings.DEMO else ()
        given = {
            "error": first_error(form),
            "off": "off" in self.request.GET,
            "name": form.data.get("login", ""),
            "next": self.request.POST.get("next") or self.request.GET.get("next", ""),
            "people": [(spoken(one.role_zh, one.role_en), one) for one in shown],
            "still": True,
        }
        return _page(self.request, "staff/sign_in.html", given)


class StaffFactorView(AuthenticateView):  # type: ignore[misc]
    """The code of the authenticator app, a recovery code, or a passkey."""

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        user = self.stage.login.user
        passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
        given = {
            "error": first_error(context["form"]),
            "js_data": context.get("js_data") if passkeys.exists() else None,
            "people": [
                (spoken(one.role_zh, one.role_en), one)
                for one in (demo_staff() if settings.DEMO else ())
                if one.name == user.get_username()
            ],
            "still": True,
        }
        return _page(self.request, "staff/factor.html", given)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=EnrolStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def enrol(request: HttpRequest) -> HttpResponse:
    """Set up the authenticator app; then the recovery codes are shown, this once."""
    stage = request._login_stage  # type: ignore[attr-defined]
    if stage.state.get("shown"):
        return _recovery(request, stage)
    if "secret" not in stage.state:
        stage.state["secret"] = get_adapter().encrypt(generate_totp_secret())
        stash_login(request, stage.login)
    secret = get_adapter().decrypt(stage.state["secret"])
    error = ""
    if request.method == "POST":
        if _too_often(request, "enrol"):
            error = gettext("Too many wrong tries. Please try again in 15 minutes.")
        elif validate_totp_code(secret, request.POST.get("code", "").strip()):
            return _enrolled(request, stage, secret)
        else:
            error = gettext("That code is not right. Take the one shown now.")
    url = get_adapter().build_totp_url(stage.login.user, secret)
    given = {
        # Drawn by the qrcode package from our own address; nothing of it was typed by anybody.
        "picture": mark_safe(get_adapter().build_totp_svg(url)),  # noqa: S308
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "error": error,
        "still": True,
    }
    return _page(request, "staff/enrol.html", given)


@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=PasswordStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def new_password(request: HttpRequest) -> HttpResponse:
    """Choose a password in place of the one somebody else chose."""
    stage = request._login_stage  # type: ignore[attr-defined]
    error = ""
    if request.method == "POST":
        error = password_problem(request, stage.login.user)
        if not error:
            choose_password(stage.login.user.pk, request.POST["new"])
            stage.login.user.refresh_from_db()
            response: HttpResponse = stage.exit()
            return response
    return _page(
        request, "staff/new_password.html", {"error": error, "least": LEAST, "still": True}
    )


@require_POST
def staff_sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of this browser, or leave a sign-in half done."""
    clear_login(request)
    logout(request)
    return HttpResponseRedirect(reverse("staff-sign-in"))


def password_problem(request: HttpRequest, user: Any) -> str:
    """What is wrong with the password somebody chose; empty for nothing."""
    new = request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        return gettext("The two are not the same. Please enter them again.")
    if len(new) < LEAST or user.check_password(new):
        return gettext("Please choose a new password of ten characters or more.")
    try:
        password_validation.validate_password(new, user)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def first_error(form: Any) -> str:
    """The first thing that is wrong with a form; empty for nothing."""
    return next((str(one) for errors in form.errors.values() for one in errors), "")


def _enrolled(request: HttpRequest, stage: Any, secret: str) -> HttpResponse:
    with transaction.atomic():
        TOTP.activate(stage.login.user, secret)
        RecoveryCodes.activate(stage.login.user)
    del stage.state["secret"]
    stage.state["shown"] = True
    stash_login(request, stage.login)
    return _recovery(request, stage)


def _recovery(request: HttpRequest, stage: Any) -> HttpResponse:
    if request.method == "POST" and "kept" in request.POST:
        stage.state.pop("shown")
        response: HttpResponse = stage.exit()
        return response
    row = Authenticator.objects.get(user=stage.login.user, type=Authenticator.Type.RECOVERY_CODES)
    given = {"codes": row.wrap().get_unused_codes(), "still": True}
    return _page(request, "staff/recovery_codes.html", given)


def _too_often(request: HttpRequest, what: str) -> bool:
    return ratelimit.consume(request, app="wanhao.staff", action=what, config=RATES) is None


def _page(request: HttpRequest, template: str, given: dict[str, Any]) -> HttpResponse:
    return render_page(request, template, given, status=422 if given.get("error") else 200)
