"""Neurons, layers and multilayer perceptrons on the scalar engine."""
