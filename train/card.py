"""Prints the figures of `evaluate.py --json` as the Markdown tables of the model card: wanted and reached, all of them, search.

`python card.py figures.json [more.json ...]`: later files add to, or replace, what the earlier ones hold.
"""
import json
import re
import sys

from reasoner.shows import table

SEARCH = re.compile(r"^(search|Tree-of-Thoughts 100): (best-of-n|best-first), (\d+) tokens, (chosen right|right one found)$")


def cell(f):
    if f["value"] is None:
        return "none in the samples"
    text = f"{f['value']:.3f}" if isinstance(f["value"], float) else str(f["value"])
    return text + (f" ({f['low']:.3f} to {f['high']:.3f})" if "low" in f else "")


def main(files):
    figures = {}
    for path in files:
        with open(path) as f:
            read = json.load(f)
        figures.update(read["figures"])
        print(f"<!-- {path}: {read['trained']} -->")
    print("\n" + table(figures))
    print("\n| figure | value (95 % interval) | cases |\n|---|---|---|")
    tables = {}
    for name, f in figures.items():
        m = SEARCH.match(name)
        if m:
            tables.setdefault(m[1], {})[m[2], int(m[3]), m[4]] = f
        elif "value" in f:
            print(f"| {name} | {cell(f)} | {f['of'] or ''} |")
    for name, cells in tables.items():
        budgets = sorted({b for _, b, _ in cells})
        n = next(iter(cells.values()))["of"]
        print(f"\n{name}, {n} puzzles:\n\n| method | " + " | ".join(f"chosen, {b}" for b in budgets) + " | " + " | ".join(f"found, {b}" for b in budgets) + " |")
        print("|---" * (1 + 2 * len(budgets)) + "|")
        for method in sorted({m for m, _, _ in cells}):
            print(f"| {method} | " + " | ".join(cell(cells[method, b, w]) for w in ("chosen right", "right one found") for b in budgets) + " |")


if __name__ == "__main__":
    main(sys.argv[1:])
