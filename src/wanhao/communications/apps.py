"""Tells Django that this room exists."""

from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "wanhao.communications"
    label = "wanhao_communications"
