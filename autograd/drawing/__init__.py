"""Pictures of graphs and of networks: `draw`, and the `Drawing` that it gives."""

from autograd.drawing.digraph import Drawing, draw

__all__ = ["Drawing", "draw"]
