"""One file for each thing a customer can ask for; each has an `ITEM`."""
