"""The addresses at which employees sign in; allauth goes by names of its own for some of them."""

from django.urls import path

from wanhao.pages.staff.security import security
from wanhao.pages.staff.sign_in import (
    StaffFactorView,
    StaffLoginView,
    enrol,
    new_password,
    staff_sign_out,
)

sign_in = StaffLoginView.as_view()

urlpatterns = [
    path("sign-in/", sign_in, name="staff-sign-in"),
    path("sign-in/", sign_in, name="account_login"),
    path("sign-out/", staff_sign_out, name="staff-sign-out"),
    path("sign-out/", staff_sign_out, name="account_logout"),
    path("factor/", StaffFactorView.as_view(), name="mfa_authenticate"),
    path("enrol/", enrol, name="staff-enrol"),
    path("new-password/", new_password, name="staff-new-password"),
    path("security/", security, name="staff-security"),
]
