"""A card reader and a printer that anybody can have: for the demo and the tests."""
