"""Pictures of graphs and of networks: `autograd.draw`. Importing this package alone loads no library."""
