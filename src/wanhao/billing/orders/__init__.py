"""Payments through channels that the customer pays at: orders, refunds, notices, differences."""
