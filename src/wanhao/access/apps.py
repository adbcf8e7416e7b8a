"""Tells Django that this room exists."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "wanhao.access"
    label = "wanhao_access"
