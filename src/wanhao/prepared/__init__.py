"""Questions whose plans the database keeps."""
