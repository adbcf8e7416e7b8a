"""WeChat Pay: orders, callbacks, refunds and statements by API v3."""
