"""The door of AI assistants: the menu as tools, over the Model Context Protocol."""
