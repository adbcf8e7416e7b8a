"""One folder per channel; each knows its protocol and nothing of the others."""
