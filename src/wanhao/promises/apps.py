"""Tells Django that this room exists."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "wanhao.promises"
    label = "wanhao_promises"
