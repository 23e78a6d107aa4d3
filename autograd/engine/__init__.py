"""The graph and its table: `Value`, the primitives, the order and the reverse pass."""
