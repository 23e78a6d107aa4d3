"""Derivatives of functions: `grad` and its family, and `check_gradients`."""
