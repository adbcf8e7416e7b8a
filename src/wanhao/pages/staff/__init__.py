"""How employees sign in: a name with a password, and a second factor."""
