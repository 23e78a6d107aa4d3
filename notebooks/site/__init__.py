"""The site: pages to read, the reference, and the notebooks running in the browser, as static files."""
