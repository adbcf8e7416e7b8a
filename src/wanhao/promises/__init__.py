"""Promises: what is owed at a time, kept on time and once."""
