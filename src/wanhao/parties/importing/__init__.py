"""Import of customers, accounts, groups and lines from an operator's files: read, check, stage."""
