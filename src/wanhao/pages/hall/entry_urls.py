"""The addresses at which customers enter the hall and look after their sign-in."""

from django.urls import path

from wanhao.pages.hall.lending import lend_page
from wanhao.pages.hall.lines import lines_page
from wanhao.pages.hall.opening import open_page
from wanhao.pages.hall.sessions import sessions_page
from wanhao.pages.hall.sign_in import sign_in, sign_out
from wanhao.pages.hall.step_up import step_up_page

urlpatterns = [
    path("sign-in/", sign_in, name="hall-sign-in"),
    path("sign-out/", sign_out, name="hall-sign-out"),
    path("verify/", step_up_page, name="hall-step-up"),
    path("open/<str:secret>/", open_page, name="hall-open"),
    path("assistant/<str:grant>/", lend_page, name="hall-lend"),
    path("lines/", lines_page, name="hall-lines"),
    path("sessions/", sessions_page, name="hall-sessions"),
]
