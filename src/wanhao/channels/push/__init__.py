"""Web push: reminders to the customer's browser or installed app, encrypted end to end."""
