"""Tokens, base template and components shared by every page."""
