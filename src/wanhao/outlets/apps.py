"""Tells Django that this room exists."""

from django.apps import AppConfig


class OutletsConfig(AppConfig):
    name = "wanhao.outlets"
    label = "wanhao_outlets"
