"""Mail: the second channel of required messages, through the operator's own mail server."""
