"""Tells Django that this room exists."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "wanhao.network"
    label = "wanhao_network"
