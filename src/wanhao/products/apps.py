"""Tells Django that this room exists."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "wanhao.products"
    label = "wanhao_products"
