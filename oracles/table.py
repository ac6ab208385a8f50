"""Prints the table of format x library x version that stands in docs/export.md."""
import json
import sys

held = {}
with open(sys.argv[1], encoding="utf-8") as f:
    for line in f:
        config, library, _, ok = json.loads(line)
        held.setdefault(config, {}).setdefault(library, []).append(ok)
libraries = sorted({library for by in held.values() for library in by})
print("\n| format | " + " | ".join(libraries) + " |")
print("|---|" + "---|" * len(libraries))
for config, by in held.items():
    cells = [("yes" if all(by[library]) else "NO") if library in by else "" for library in libraries]
    print(f"| {config} | " + " | ".join(cells) + " |")
checks = [ok for by in held.values() for oks in by.values() for ok in oks]
print(f"\n{sum(checks)} of {len(checks)} checks hold")
