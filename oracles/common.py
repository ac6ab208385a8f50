"""What the checks share: reading an exported folder, colouring a record by its labels, and telling what held.

The truth about a splice comes from the `tree` format, which knows nothing of masks: in a path that has a revision signal, the steps
before the signal are only read, and the signal and all after it is learnt.
"""
import json
import os
import sys

FOLDER = os.environ["ORACLE_DATA"]
TINY = os.environ["ORACLE_TINY"]
TABLE = os.environ["ORACLE_TABLE"]


def rows(config, split="train"):
    """The records of a format's split, as they stand in the file."""
    path = f"{FOLDER}/jsonl/data/{config}/{split}.jsonl"
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def splices():
    """(question, text that is read, text that is learnt) of every splice to learn from."""
    found = set()
    for tree in rows("tree"):
        nodes = {n["id"]: n for n in tree["nodes"]}
        for node in tree["nodes"]:
            if node["state"] != "answered" or node["pruned"]:
                continue
            path = []
            at = node
            while at is not None:
                path.append(at)
                at = nodes.get(at["parent"])
            path.reverse()
            signals = [i for i, n in enumerate(path) if n["source"] == "signal"]
            if signals:
                cut = signals[-1]
                read = "".join(n["text"] for n in path[:cut])
                learnt = "".join(n["text"] for n in path[cut:]).rstrip()
                found.add((tree["problem"], read, learnt))
    return found


def learnt(tokenizer, ids, labels):
    """The text of the tokens that have a label, and that of those that have none."""
    yes = tokenizer.decode([i for i, label in zip(ids, labels) if label != -100])
    no = tokenizer.decode([i for i, label in zip(ids, labels) if label == -100])
    return yes, no


class Checks:
    """Counts what holds and what does not, and ends the program accordingly."""

    def __init__(self, library, version):
        self.library, self.version, self.failed = f"{library} {version}", version, 0

    def that(self, config, kind, what, holds, seen=""):
        """Notes whether something holds for a format; `kind` is the word for it in the table."""
        word = "ok  " if holds else "FAIL"
        print(f"{word} {self.library:24} {config:22} {what}" + ("" if holds else f"\n     saw: {str(seen)[:600]}"))
        if not holds:
            self.failed += 1
        with open(TABLE, "a", encoding="utf-8") as f:
            f.write(json.dumps([config, self.library, kind, bool(holds)]) + "\n")

    def splices(self, config, truth, found):
        """Notes whether every splice was found, and learnt as it should be; `truth` is what `splices()` gives."""
        what = f"of {len(truth)} splices, signal and good continuation are learnt and nothing else"
        self.that(config, "splices", what, truth and found == truth, sorted(truth - found)[:1])

    def attempt(self, config, check):
        """Runs the check of a format; what it raises is a failure of that format only."""
        try:
            check()
        except Exception as error:  # noqa: BLE001
            self.that(config, "loads", "loads", False, f"{type(error).__name__}: {error}")

    def end(self):
        """Ends the program."""
        sys.exit(1 if self.failed else 0)
