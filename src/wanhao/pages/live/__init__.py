"""Live updates: what the database announces is passed on to every open page."""
