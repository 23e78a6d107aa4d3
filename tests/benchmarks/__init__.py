"""Speed and memory, as ratios to peers measured in the same process. Run all: ``python -m tests.benchmarks``."""
