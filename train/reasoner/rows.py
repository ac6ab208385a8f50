"""Packed trees: one row of at most T tokens holds one problem with many paths, ratings and critiques that share their prefixes.

Responsible for: the mechanics (segments, positions, who sees whom, which tokens carry loss). What is said is in `paths.py`.
A token sees its own segment up to itself and its ancestor segments; its position is its depth in the tree, so every root-to-leaf
path is computed exactly as llama.cpp computes it alone. A loss entry is (index of the token before, target id, weight), and one
place may have several entries with fractional weights: soft targets.
"""
import numpy as np


class Full(Exception):
    """The row has no room for the segment."""


class Node:
    """The end of a segment: where further segments may hang."""
    __slots__ = ("segment", "last", "depth", "turn")

    def __init__(self, segment, last, depth):
        self.segment, self.last, self.depth, self.turn = segment, last, depth, None


class Row:
    def __init__(self, size):
        self.size = size
        self.tokens, self.positions, self.segments, self.ancestors, self.loss = [], [], [], [], []
        self.soft_done = set()

    def room(self):
        return self.size - len(self.tokens)

    def add(self, parent, tokens, weight=0.0, gap=0):
        """Hang a segment under `parent` (None for the root); every token gets loss of this weight. `gap` positions are
        left out before it. Returns the node at its end."""
        if len(tokens) > self.room():
            raise Full
        segment, depth = len(self.ancestors), parent.depth + gap if parent else 0
        self.ancestors.append((self.ancestors[parent.segment] if parent else ()) + (segment,))
        last = parent.last if parent else -1
        for t in tokens:
            if weight and last >= 0:
                self.loss.append((last, t, weight))
            last = len(self.tokens)
            self.tokens.append(t)
            self.positions.append(depth)
            self.segments.append(segment)
            depth += 1
        return Node(segment, last, depth)

    def expect(self, index, targets, weight):
        """Soft targets after the token at `index`: {id: probability}."""
        for t, p in targets.items():
            self.loss.append((index, t, weight * p))


def collate(rows, size):
    """Arrays for the network: tokens, positions, additive mask, flat loss indices, targets and weights."""
    b = len(rows)
    tokens = np.zeros((b, size), np.int64)
    positions = np.zeros((b, size), np.int64)
    mask = np.full((b, size, size), -1e9, np.float32)
    below = np.tril(np.ones((size, size), bool))
    index, target, weight = [], [], []
    for i, row in enumerate(rows):
        n = len(row.tokens)
        tokens[i, :n], positions[i, :n] = row.tokens, row.positions
        sees = np.zeros((len(row.ancestors),) * 2, bool)
        for s, up in enumerate(row.ancestors):
            sees[s, list(up)] = True
        seg = np.asarray(row.segments)
        m = mask[i]
        m[:n, :n][sees[seg][:, seg] & below[:n, :n]] = 0.0
        m[range(n, size), range(n, size)] = 0.0
        if row.loss:
            a, t, w = zip(*row.loss)
            index += [i * size + x for x in a]
            target += t
            weight += w
    return tokens, positions, mask[:, None], np.asarray(index), np.asarray(target), np.asarray(weight, np.float32)
