#!/usr/bin/env python3
"""Measures Presidio's pattern recognizers and scrubadub on the texts of benches/guard.rs.

    python3 -m venv V && V/bin/pip install presidio-analyzer scrubadub
    cargo bench --bench guard -- --texts TEXTS.ndjson > LINES.tsv
    V/bin/python benches/peers/guard_peers.py TEXTS.ndjson LINES.tsv

Prints the bench's lines as `name@peer<TAB>value<TAB>unit`, then one Markdown table of both by kind. The peers are slow: every set is sampled
(seeded). A marked part counts as found when any finding overlaps it, whatever its kind: kinds of the peers are not ours.
"""
import json
import random
import sys
import time
from collections import defaultdict

SAMPLE = 400
SAMPLES = {"generated": 1_900}
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


MEASURED = {}


def line(name, peer, value, unit):
    MEASURED[f"{name}@{peer}"] = value
    print(f"{name}@{peer}\t{value:.4f}\t{unit}", flush=True)


def table(lines, peers):
    """One row a kind, then the figures that have no kind."""
    ours = {name: float(value) for name, value, _ in (row.rstrip("\n").split("\t") for row in lines if row.count("\t") == 2)}
    kinds = sorted(name.removeprefix("guard_recall_generated_") for name in ours if name.startswith("guard_recall_generated_"))
    print("\n| kind | recall | as that kind | precision | " + " | ".join(f"recall, {peer}" for peer in peers) + " |")
    print("|---|" + "---:|" * (3 + len(peers)))
    show = lambda value: "–" if value is None else f"{value:.3f}"
    for kind in kinds:
        cells = [ours.get(f"guard_{what}_generated_{kind}") for what in ("recall", "recall_as_kind", "precision")]
        cells += [MEASURED.get(f"guard_recall_generated_{kind}@{peer}") for peer in peers]
        print(f"| {kind} | " + " | ".join(map(show, cells)) + " |")
    print("\n| figure | guard | " + " | ".join(peers) + " |")
    print("|---|" + "---:|" * (1 + len(peers)))
    plain = [name for name in ours if f"{name}@{peers[0]}" in MEASURED and "_generated_" not in name.removesuffix("clean_generated")]
    for name in plain:
        cells = [ours[name]] + [MEASURED.get(f"{name}@{peer}") for peer in peers]
        print(f"| `{name}` | " + " | ".join(map(show, cells)) + " |")


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
    sets = {name: chance.sample(texts, min(SAMPLES.get(name, SAMPLE), len(texts))) for name, texts in sets.items()}
    measured = []
    for peer, build in [("presidio_patterns", presidio), ("scrubadub", scrubadub)]:
        try:
            find = build()
        except ImportError as error:
            print(f"skipped {peer}: {error}", file=sys.stderr)
            continue
        measure(peer, find, sets)
        measured.append(peer)
    if len(sys.argv) > 2 and measured:
        with open(sys.argv[2], encoding="utf-8") as lines:
            table(lines, measured)


if __name__ == "__main__":
    main()
