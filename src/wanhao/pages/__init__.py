"""Server-rendered pages: the console, the phones of the demo, and the design system they share."""
