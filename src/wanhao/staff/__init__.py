"""Employees and the tree of units they work in."""
