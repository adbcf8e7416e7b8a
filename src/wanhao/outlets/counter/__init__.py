"""Counters of halls: who is served by whom and why, what was done, receipts and cash drawers."""
