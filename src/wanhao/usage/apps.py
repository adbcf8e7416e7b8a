"""Tells Django that this room exists."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "wanhao.usage"
    label = "wanhao_usage"
