"""The notebooks, run from a clean kernel and compared with what is committed."""
