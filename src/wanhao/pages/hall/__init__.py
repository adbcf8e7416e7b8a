"""The online hall: what customers see and do in a browser or the app."""
