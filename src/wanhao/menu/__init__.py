"""Everything a customer can ask for, written once; doors only render it."""
