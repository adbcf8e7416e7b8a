"""Alipay: orders, callbacks, refunds and statements by its open gateway."""
