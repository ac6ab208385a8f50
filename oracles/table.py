"""Writes what held into the table of docs/export.md: format x library x version.

Usage: table.py CHECKS.jsonl SESSIONS [DOCUMENT]. Without a document the table is only printed; a document is changed
only if everything held.
"""
import datetime
import json
import sys

BEGIN, END = "<!-- made by `make oracles`; not by hand -->\n", "<!-- end of what `make oracles` made -->\n"
NOBODY = "none that can be installed"

held = {}
libraries = []
with open(sys.argv[1], encoding="utf-8") as f:
    for line in f:
        config, library, kind, ok = json.loads(line)
        kinds = held.setdefault(config, {}).setdefault(library, {})
        kinds[kind] = kinds.get(kind, True) and ok
        if library not in libraries:
            libraries.append(library)
plain = sorted(library for library in libraries if library.startswith("datasets "))
checks = [json.loads(line)[3] for line in open(sys.argv[1], encoding="utf-8")]


def words(kinds):
    return ", ".join(kind if ok else f"**not {kind}**" for kind, ok in kinds.items())


lines = ["| format | " + " | ".join(plain) + " | trainer's own loader |", "|---" * (len(plain) + 2) + "|"]
for config, by in held.items():
    cells = [words(by[library]) if library in by else "" for library in plain]
    own = "; ".join(f"{library}: {words(by[library])}" for library in libraries if library in by and library not in plain)
    lines.append(f"| `{config}` | " + " | ".join(cells) + f" | {own or NOBODY} |")
said = f"On {datetime.date.today()}, with {sys.argv[2]} sessions, {sum(checks)} of {len(checks)} checks held:"
text = f"{said}\n\n" + "\n".join(lines) + "\n"
print("\n" + text)
if len(sys.argv) > 3 and all(checks):
    with open(sys.argv[3], encoding="utf-8") as f:
        document = f.read()
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    with open(sys.argv[3], "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n" + text + "\n" + END + after)
