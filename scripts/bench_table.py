"""The table of scripts/bench-engine, from its JSON lines: of several rounds the medians."""

import json
import sys
from statistics import median

figures = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]


def rate(model, work, way, prefix, branches):
    found = [figure["rate"] for figure in figures
             if (figure["model"], figure["work"], figure["way"], figure["prefix"], figure["branches"])
             == (model, work, way, prefix, branches)]
    return median(found) if found else None


def cell(value, form="{:.0f}"):
    return "" if value is None else form.format(value)


def ratio(one, other):
    return "" if one is None or other is None else f"{one / other:.2f}"


WAYS = ["naive", "python", "server-cached", "server-concurrent", "alone", "ceiling", "pleach"]
print("| model | work | prefix | branches | " + " | ".join(WAYS) + " | of the ceiling | of alone |")
print("|---" * (6 + len(WAYS)) + "|")
keys = dict.fromkeys((f["model"], f["work"], f["prefix"], f["branches"]) for f in figures)
for model, work, prefix, branches in keys:
    rates = {way: rate(model, work, way, prefix, branches) for way in WAYS}
    row = [model, work, prefix, branches] + [cell(rates[way]) for way in WAYS]
    row += [ratio(rates["pleach"], rates["ceiling"]), ratio(rates["pleach"], rates["alone"])]
    print("| " + " | ".join(map(str, row)) + " |")
print()
print("| model | work | prefix | branches | outside decode | decoded | of unique "
      "| to save a token, µs | to bring one back, µs | to read one, µs |")
print("|---" * 10 + "|")
last = {(f["model"], f["work"], f["prefix"], f["branches"]): f for f in figures if f["way"] == "pleach"}
for figure in last.values():
    more = figure["more"]
    unique = more.get("unique")
    row = [figure["model"], figure["work"], figure["prefix"], figure["branches"], f"{more['outside']:.1%}",
           more["decoded"], cell(unique and more["decoded"] / unique, "{:.3f}")]
    row += [cell(more.get(key, 0) * 1e6 or None, "{:.1f}") for key in ("saving", "restoring", "reading")]
    print("| " + " | ".join(map(str, row)) + " |")
