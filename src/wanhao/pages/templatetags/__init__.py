"""Filters that the templates of the pages share."""
