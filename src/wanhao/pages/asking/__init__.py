"""Every item of the menu as a form and a reply, for every door that shows pages."""
