"""The site: a start page, the stepper, the reference, and the notebooks running in the browser, as static files."""
