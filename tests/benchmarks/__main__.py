"""Print every benchmark with its bar; exit with 1 if one falls short. Arguments choose files: ``engine draw``."""

import importlib
import pkgutil
import sys

import tests.benchmarks as package


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all."""
    known = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name.startswith("bench_")]
    unknown = [name for name in chosen if f"bench_{name}" not in known]
    if unknown:
        print(f"no benchmark called {unknown[0]!r}; known: {', '.join(name[6:] for name in known)}", file=sys.stderr)
        return 2
    short = 0
    print(f"{'':4} {'benchmark':58} {'bar':>16}  figure")
    for module in known:
        if not chosen or module[6:] in chosen:
            for name, bar, figure, ok in importlib.import_module(f"tests.benchmarks.{module}").run():
                print(f"{'ok' if ok else 'SHORT':5}{name:58} {bar:>16}  {figure}", flush=True)
                short += not ok
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
