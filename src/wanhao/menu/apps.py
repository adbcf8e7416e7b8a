"""Tells Django that this room exists."""

from django.apps import AppConfig


class MenuConfig(AppConfig):
    name = "wanhao.menu"
    label = "wanhao_menu"
