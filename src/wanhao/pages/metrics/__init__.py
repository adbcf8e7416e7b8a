"""Figures for Prometheus, made from the rooms' queries each time they are asked for."""
