"""Bills: what an account owes for a closed cycle, in lines that explain themselves."""
