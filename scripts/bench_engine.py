"""What a Python user runs today on the work of benches/engine: llama-cpp-python with its prefix
cache, and llama.cpp's own server. Prints the same JSON lines. Processor seconds of this process,
server included, prefill included, loading not.

    bench_engine.py FILE WAY    WAY: python, server-cached, server-concurrent
"""

import json
import os
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

CHILDREN, STEP, EXPANSIONS, ROOT = 8, 24, 8, 128


def numbers(name, default):
    return [int(word) for word in os.environ.get(name, default).split()]


THREADS = numbers("PLEACH_THREADS", "1")[0]
NEW = numbers("PLEACH_NEW", "64")[0]
PREFIXES = numbers("PLEACH_PREFIXES", "512")
CONTEXT = max(4096, max(PREFIXES) + NEW + 256)


def prefix(length):
    return [30 + at * 37 % 200 for at in range(length)]


def parent(expansion):
    return ((expansion - 1) // 2, expansion * 5 % CHILDREN) if expansion else None


class Python:
    """A loop over llama_cpp.Llama.generate, which keeps the prefix that the last call shares."""

    def __init__(self, file):
        import llama_cpp

        self.llama = llama_cpp.Llama(
            file, n_ctx=CONTEXT, n_threads=THREADS, n_threads_batch=THREADS, flash_attn=True, verbose=False
        )

    def grow(self, tokens, branches, length):
        grown = []
        for _ in range(branches):
            step = []
            for token in self.llama.generate(tokens, temp=1.0, top_k=40, top_p=1.0, min_p=0.0):
                step.append(token)
                if len(step) == length:
                    break
            grown.append(step)
        return grown


class Server:
    """llama.cpp's server, by HTTP; `at_once` requests are on their way together."""

    def __init__(self, file, at_once):
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = file
        parameters.n_parallel = at_once
        parameters.n_ctx = CONTEXT * at_once
        parameters.cpuparams.n_threads = THREADS
        parameters.cpuparams_batch.n_threads = THREADS
        parameters.warmup = False
        self.server = xllamacpp.Server(parameters)
        self.pool = ThreadPoolExecutor(at_once)

    def ask(self, tokens, length):
        body = {"prompt": tokens, "n_predict": length, "temperature": 1.0, "ignore_eos": True,
                "cache_prompt": True, "return_tokens": True}
        request = urllib.request.Request(
            self.server.listening_address + "/completion", json.dumps(body).encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["tokens"]

    def grow(self, tokens, branches, length):
        return list(self.pool.map(lambda _: self.ask(tokens, length), range(branches)))


def main():
    file, way = sys.argv[1:]
    name = os.path.basename(file).rsplit(".", 1)[0]

    def start():
        if way == "python":
            return Python(file)
        return Server(file, CHILDREN if way == "server-concurrent" else 1)

    def tell(work, length, branches, run):
        bench = start()
        begin = time.process_time()
        tokens = run(bench)
        seconds = time.process_time() - begin
        print(json.dumps({
            "model": name, "threads": THREADS, "way": way, "work": work, "prefix": length, "branches": branches,
            "tokens": tokens, "seconds": seconds, "rate": tokens / seconds, "more": {}}), flush=True)

    def count(grown):
        return sum(len(step) for step in grown)

    def tree(bench):
        expanded, tokens = [], 0
        for expansion in range(EXPANSIONS):
            at = parent(expansion)
            path = expanded[at[0]][at[1]] if at else prefix(ROOT)
            grown = bench.grow(path, CHILDREN, STEP)
            tokens += count(grown)
            expanded.append([path + step for step in grown])
        return tokens

    for length in PREFIXES:
        tell("node", length, CHILDREN, lambda bench: count(bench.grow(prefix(length), CHILDREN, NEW)))
    tell("tree", ROOT, CHILDREN, tree)


main()
# The server's threads are of no use any more and may not be waited for.
sys.stdout.flush()
os._exit(0)
