"""An operator's own billing, spoken to over HTTP."""
