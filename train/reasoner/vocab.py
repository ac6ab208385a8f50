"""The tokenizer: byte-level BPE that llama.cpp runs unchanged (model `gpt2`, pre-tokenizer `gpt-2`).

Responsible for: the token list, the merges, and an encoder that equals llama.cpp's token by token (a test compares them).
Three layers of tokens:
- all 256 bytes, so that any text tokenises;
- the numbers 0 to 200, bare (`24`) and after a space (` 24`), by merges;
- whole phrases of the task (`USER_DEFINED`, matched before any merge) and the chat marks (`CONTROL`). The chat marks exist with
  their line ends too, so that a rating turn costs five tokens: `<|im_end|>`, `\\n<|im_start|>user\\n`, the sentence, `<|im_end|>`,
  `\\n<|im_start|>assistant\\n`.
"""
from functools import lru_cache

import regex

from .prompts import RATE, CRITIQUE, CHOOSE_HEAD

NUMBERS = 201
NORMAL, CONTROL, USER_DEFINED = 1, 3, 4  # llama.cpp's token types

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_start|>system\n", "<|im_start|>user\n",
            "\n<|im_start|>user\n", "\n<|im_start|>assistant\n"]
PHRASES = [" (left:", ")\n", "Answer:", "Dead end:", " is not", ".\n", RATE, CRITIQUE, CHOOSE_HEAD, "\nB:",
           "Step", "Wait, step", " is wrong:", ", not", " is not available.", " left should be", " is a dead end:",
           " cannot be reached from", "The answer is wrong:", "Wait, the answer is wrong:", "No mistake found.",
           "Use", "Make", " to make", " to get", " and", " from", " with", "Numbers:", " Target:", "Combine", "How can",
           " make", "Game of", "Using each number once, make", " using", " ->", " + - * /", " the numbers", "Countdown:",
           "You solve number puzzles in steps.",
           "I solve number puzzles in steps: give me three to five numbers and a target, like this:", ", ", " are left.", " it does not follow from the steps."]
_OPS = ["+", "-", "*", "/", "=", "("]
_SPLIT = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


def _byte_letters():
    """GPT-2's printable letter for each byte."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters, extra = {}, 0
    for b in range(256):
        if b in keep:
            letters[b] = chr(b)
        else:
            letters[b] = chr(256 + extra)
            extra += 1
    return letters


LETTER = _byte_letters()
SPACE = LETTER[32]


def _number_merges():
    spaced = [SPACE + str(n) for n in range(NUMBERS)]
    bare = [str(n) for n in range(10, NUMBERS)]
    merges = [(w[:-1], w[-1]) for w in sorted(spaced, key=len)]
    merges += [(w[:-1], w[-1]) for w in sorted(bare, key=len)]
    # "110": the pair "10" may be merged before "11" is seen, so a single digit before a merged pair joins as well
    merges += [("1", w[1:]) for w in bare if len(w) == 3 and w[1] != "0"]
    return merges


MERGES = _number_merges() + [(SPACE, o) for o in _OPS]
_RANK = {m: i for i, m in reversed(list(enumerate(MERGES)))}


def _build():
    tokens = [(LETTER[b], NORMAL) for b in range(256)]
    seen = {t for t, _ in tokens}
    for a, b in MERGES:
        if a + b not in seen:
            seen.add(a + b)
            tokens.append((a + b, NORMAL))
    tokens += [(p, USER_DEFINED) for p in PHRASES]
    tokens += [(s, CONTROL) for s in SPECIALS]
    return tokens


TOKENS = _build()
ID = {t: i for i, (t, _) in enumerate(TOKENS)}
SIZE = len(TOKENS)
_MARKS = sorted(PHRASES + SPECIALS, key=lambda s: -len(s))
_BYTE = {c: b for b, c in LETTER.items()}

IM_END, IM_START, END_OF_TEXT = ID["<|im_end|>"], ID["<|im_start|>"], ID["<|endoftext|>"]
USER_FIRST, USER, ASSISTANT = ID["<|im_start|>user\n"], ID["\n<|im_start|>user\n"], ID["\n<|im_start|>assistant\n"]
SYSTEM = ID["<|im_start|>system\n"]
BARE = [ID[str(n)] for n in range(NUMBERS)]
SPACED = [ID[SPACE + str(n)] for n in range(NUMBERS)]
OP = {o: ID[SPACE + o] for o in "+-*/"}
EQUALS, LEFT, STEP_END, ANSWER = ID[SPACE + "="], ID[" (left:"], ID[")\n"], ID["Answer:"]
SCORES = BARE[:11]
NUMBER_OF = [-1] * SIZE
for _n in range(NUMBERS):
    NUMBER_OF[BARE[_n]] = NUMBER_OF[SPACED[_n]] = _n


def _bpe(chunk):
    parts = [LETTER[b] for b in chunk.encode()]
    while len(parts) > 1:
        best = min(range(len(parts) - 1), key=lambda i: _RANK.get((parts[i], parts[i + 1]), 1 << 30))
        pair = (parts[best], parts[best + 1])
        if pair not in _RANK:
            break
        parts[best:best + 2] = [pair[0] + pair[1]]
    return [ID[p] for p in parts]


@lru_cache(200_000)
def encode(text):
    """Token ids of a text, marks and phrases first (the longest first), then merges. A tuple."""
    parts = [text]
    for mark in _MARKS:
        if mark not in text:
            continue
        split = []
        for part in parts:
            if isinstance(part, int):
                split.append(part)
                continue
            pieces = part.split(mark)
            for i, piece in enumerate(pieces):
                if i:
                    split.append(ID[mark])
                if piece:
                    split.append(piece)
        parts = split
    out = []
    for part in parts:
        if isinstance(part, int):
            out.append(part)
        else:
            for chunk in _SPLIT.findall(part):
                out += _bpe(chunk)
    return tuple(out)


def decode(ids):
    out = b""
    for i in ids:
        text, kind = TOKENS[i]
        out += text.encode() if kind != NORMAL else bytes(_BYTE[c] for c in text)
    return out.decode(errors="replace")


def step_tokens(a, op, b, r, left):
    """Tokens of one step line, the same as `encode` of its text, without the detour (a test compares them)."""
    return [BARE[a], OP[op], SPACED[b], EQUALS, SPACED[r], LEFT, *[SPACED[n] for n in left], STEP_END]
