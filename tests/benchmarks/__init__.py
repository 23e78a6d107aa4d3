"""Speed and memory, as ratios to peers, each side in processes of its own. Run all: ``python -m tests.benchmarks``."""
