"""The admin, entered by the one door of employees: with the second factor, or not at all."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import resolve_url
from django.urls import reverse


class StaffAdminSite(AdminSite):
    """Has no sign-in page of its own."""

    site_header = site_title = "wanhao 万号"

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseForbidden("This login may not open the admin.")
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, resolve_url("staff-sign-in"))
