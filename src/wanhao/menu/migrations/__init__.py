"""Schema history of the menu room."""
