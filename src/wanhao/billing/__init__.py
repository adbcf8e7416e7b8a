"""What an account has paid and can still spend."""
