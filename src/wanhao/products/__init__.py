"""Offerings on sale and products held."""
