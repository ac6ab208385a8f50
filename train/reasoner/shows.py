"""What the model was wanted to reach (the issue's figures), beside what it reaches.

Responsible for the bounds and their table; `evaluate.py` and `card.py` print it, won or lost.
"""

SEARCH = "search: best-first less best-of-n, {} tokens"
WANTED = [  # show, figure, at least
    *((1, f"{hands}: {figure}", least) for hands in ("class (b)", "3 modulo 17 only, four orders")
      for figure, least in (("greedy", 0.45), ("pass@16 at T=0.8", 0.92))),
    (2, "AUC solvable, after 1 step", 0.95), (2, "AUC solvable, after 2 steps", 0.99), (2, "AUC right over wrong final answers", 0.95),
    (2, "AUC good steps that keep it solvable over own slips", 0.95), (2, "AUC sound steps over own slips", 0.95), (2, "label mass, mean", 0.99), (2, "label mass, least", 0.99),
    (3, "critique: slip, right step named", 0.85), (3, "critique: sound path, no mistake", 0.90), (3, "critique: dead end, right step named", 0.70),
    (3, "own mistake of either kind, revised over resampled", 1.5), (3, "own slip, revised over resampled", 1.5), (3, "own dead end, revised over resampled", 1.5),
    (4, "steps sound at T=0.8", 0.93),
    *((5, SEARCH.format(b), 0.0) for b in (500, 1000, 2000)),
    (6, "Countdown: greedy", 0.10), (6, "Countdown: pass@16", 0.40),
    (7, "greedy alike in llama.cpp and torch, ties aside", 0.98),
]


def verdict(figure, least, show):
    value, low = figure["value"], figure.get("low")
    if value is None:
        return "no cases"
    won = value > least if show == 5 else value >= least
    if not won:
        return "lost"
    return "won" if low is None or low >= least else "won, the interval reaches below"


def table(figures):
    """A Markdown table of all bounds whose figures were measured."""
    lines = ["| show | figure | wanted | value | |", "|---|---|---|---|---|"]
    for show, name, least in WANTED:
        if name in figures:
            f = figures[name]
            value = "none" if f["value"] is None else f"{f['value']:.3f}" + (f" ({f['low']:.3f} to {f['high']:.3f})" if "low" in f else "")
            lines.append(f"| {show} | {name} | {'more than' if show == 5 else 'at least'} {least:g} | {value} | {verdict(f, least, show)} |")
    return "\n".join(lines)
