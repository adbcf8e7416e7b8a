"""Logins of customers and employees."""
