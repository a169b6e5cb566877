#!/usr/bin/env python3
"""Measures Presidio's pattern recognizers and scrubadub on the texts of benches/guard.rs.

    python3 -m venv V && V/bin/pip install presidio-analyzer scrubadub
    cargo bench --bench guard -- --texts TEXTS.ndjson
    V/bin/python benches/peers/guard_peers.py TEXTS.ndjson

Prints the bench's lines as `name@peer<TAB>value<TAB>unit`. The peers are slow: every set is sampled (seeded).
A marked part counts as found when any finding overlaps it, whatever its kind: kinds of the peers are not ours.
"""
import json
import random
import sys
import time
from collections import defaultdict

SAMPLE = 400
SEED = 20_260_214


def presidio():
    """All English recognizers of the default registry that need no language model; default threshold."""
    from presidio_analyzer import RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpArtifacts

    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    recognizers = [r for r in registry.recognizers if type(r).__name__ != "SpacyRecognizer" and "en" == r.supported_language]

    def find(text):
        nothing = NlpArtifacts([], [], [], [], None, "en")
        found = []
        for recognizer in recognizers:
            found += recognizer.analyze(text, recognizer.supported_entities, nothing) or []
        return [(result.start, result.end) for result in found]

    return find


def scrubadub():
    import scrubadub as package

    scrubber = package.Scrubber()
    return lambda text: [(filth.beg, filth.end) for filth in scrubber.iter_filth(text)]


def line(name, peer, value, unit):
    print(f"{name}@{peer}\t{value:.4f}\t{unit}", flush=True)


def measure(peer, find, sets):
    size = cpu = 0
    for name, texts in sets.items():
        parts, found, flagged, findings, right = defaultdict(int), defaultdict(int), 0, 0, 0
        for record in texts:
            start = time.process_time()
            spans = find(record["text"])
            cpu += time.process_time() - start
            size += len(record["text"].encode())
            flagged += bool(spans)
            marked = [(p["kind"], p["start"], p["start"] + p["length"]) for p in record["parts"]]
            for kind, begin, end in marked:
                parts[kind] += 1
                found[kind] += any(s < end and begin < e for s, e in spans)
            findings += len(spans)
            right += sum(any(s < end and begin < e for _, begin, end in marked) for s, e in spans)
        for kind in sorted(parts):
            line(f"guard_recall_{name}_{kind.lower()}", peer, found[kind] / parts[kind], f"of {parts[kind]}")
        if parts and findings:
            line(f"guard_precision_{name}", peer, right / findings, f"of {findings}, all kinds")
        if not parts:
            line(f"guard_flagged_{name}", peer, flagged / len(texts), f"of {len(texts)} texts")
    line("guard_mb_per_s", peer, size / cpu / 1e6, "MB/s, one core, CPU time")


def main():
    sets = defaultdict(list)
    with open(sys.argv[1], encoding="utf-8") as lines:
        for text in lines:
            record = json.loads(text)
            sets[record["set"]].append(record)
    chance = random.Random(SEED)
    sets = {name: chance.sample(texts, min(SAMPLE, len(texts))) for name, texts in sets.items()}
    for peer, build in [("presidio_patterns", presidio), ("scrubadub", scrubadub)]:
        try:
            find = build()
        except ImportError as error:
            print(f"skipped {peer}: {error}", file=sys.stderr)
            continue
        measure(peer, find, sets)


if __name__ == "__main__":
    main()
