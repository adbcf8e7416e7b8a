"""Tells Django that this room exists."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "wanhao.staff"
    label = "wanhao_staff"
