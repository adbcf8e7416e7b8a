"""Small immutable types shared by every room."""
