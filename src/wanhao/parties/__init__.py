"""Customers, billing accounts, lines and the groups that share an allowance."""
