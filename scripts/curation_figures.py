"""Figures of curating: the model's first errors and splices against the exact solver (scripts/curation-figures runs this).

The exact first error of a trajectory is its first step that is unsound (a number that is not there, a wrong result, a wrong
list), after which the target cannot be reached any more, or, at the end, an answer that is not right. A wrong trajectory has one
by definition.
"""
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import puzzle

pleach, folder, policy, nodes, page = sys.argv[1:]
folder = Path(folder)


def asked(*words):
    """The JSON objects that a verb prints, one a line."""
    done = subprocess.run([pleach, *words], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def first_error(numbers, target, lines):
    """The number of the first bad step of a trajectory, from 1; None if there is none."""
    left = list(numbers)
    for number, line in enumerate(lines, 1):
        if puzzle.ANSWER.match(line) or line.startswith("Answer:"):
            return None if puzzle.check_answer(numbers, target, line) else number
        if puzzle.DEAD_END.match(line):
            return number
        left, fault = puzzle.check_step(left, line)
        if fault or not puzzle.solvable(tuple(sorted(left)), target):
            return number
    return len(lines)


def sessions():
    """(problem, file) for each session, found by the text of its problem."""
    problems = [json.loads(line) for line in open(folder / "problems.jsonl")]
    by_text = {problem["problem"]: problem for problem in problems}
    for path in sorted((folder / "sessions").glob("*.pleach")):
        tree = asked("show", str(path), "--json", "--all")[0]
        yield by_text[tree["problem"]], path, {node["id"]: node for node in tree["nodes"]}


def path_lines(tree, leaf):
    """The texts of a path's steps, one a step."""
    lines = []
    while tree[leaf]["parent"] is not None:
        lines.append(tree[leaf]["text"].strip())
        leaf = tree[leaf]["parent"]
    return lines[::-1]


found = list(sessions())
apart = Counter()
wrong = unproposed = first_step = later = later_found = 0
trees = wrong_trees = both = spliced = splices = verified = 0
for problem, path, tree in found:
    proposals = asked("first-error", str(path), "--json")[0]["proposed"]
    for proposed in proposals:
        lines = path_lines(tree, proposed["trajectory"])
        exact = first_error(problem["numbers"], problem["target"], lines)
        if exact is None:
            continue
        wrong += 1
        first_step += exact == 1
        if proposed["number"] is None:
            unproposed += 1
        else:
            apart[abs(proposed["number"] - exact)] += 1
            later_found += exact > 1 and proposed["number"] == exact
        later += exact > 1
    cut = asked("splice", str(path), "--dry-run", "--json")[0]
    trees += 1
    wrong_trees += cut["wrong"] > 0
    splices += len(cut["splices"])
    good = sum(splice["verified"] for splice in cut["splices"])
    verified += good
    if cut["wrong"] and cut["right"]:
        both += 1
        spliced += good > 0


def share(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "0 of 0"


model = subprocess.run([pleach, "log", str(found[0][1])], check=True, capture_output=True, text=True).stdout
model = next(json.loads(line)["model"] for line in model.splitlines() if '"model_set"' in line)
table = f"""| figure | value |
|---|---|
| trees (policy `{policy}`, {nodes} nodes, seed 1; model {model['name']}, {model['fingerprint'][:12]}) | {trees} |
| wrong trajectories, in {wrong_trees} trees | {wrong} |
| the proposed first error is the exact one | {share(apart[0], wrong)} |
| ... or next to it | {share(apart[0] + apart[1], wrong)} |
| ... no step was judged bad | {share(unproposed, wrong)} |
| ... where it is not the first step | {share(later_found, later)} |
| for comparison: always the first step | {share(first_step, wrong)} |
| trees with both a wrong and a right leaf | {share(both, trees)} |
| ... of which automatic splicing makes at least one verified splice | {share(spliced, both)} |
| splices, and those that end in a verified answer | {splices}, {verified} |
"""
print(table)
begin, end = "<!-- figures: scripts/curation-figures -->\n", "<!-- end of figures -->"
text = Path(page).read_text()
before, rest = text.split(begin)
Path(page).write_text(before + begin + table + end + rest.split(end)[1])
