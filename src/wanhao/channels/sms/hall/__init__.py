"""The SMS hall: what customers write to 10001 becomes questions to the menu, and is answered."""
