"""Peers of the similarity engine, on the data that the benchmark exported.

    python3 benches/peers/similarity_peers.py 200k FOLDER

prints `similarity_200k_p50_ms@numpy` and the like, one figure a line, tab-separated. Every peer answers Jaccard
top-10 on the same records, queries and weights; figures named `unweighted` take all weights as equal. Recall is
tie-tolerant, against the exact scores of the same run. Times are process CPU time (PostgreSQL: wall time, as the
work is another process'), one pass over the queries.

numpy: exact, an inverted index as arrays and one bincount a query. tantivy: BM25 over features as words, the top
10, and the top 100 ranked again by Jaccard. PostgreSQL: intarray with a GIN index, exact, and
pg_trgm with a GiST index, the nearest 100 ranked again by Jaccard; both run when psycopg2 is installed and
STRATUM_PEERS_DATABASE names a server.
"""

import os
import sys
import tempfile
import time

LIMIT = 10


def figure(name, value, unit):
    print(f"{name}\t{value:.4f}\t{unit}", flush=True)


def note(text):
    print(f"# {text}", file=sys.stderr, flush=True)


class Data:
    """Records and queries as the benchmark wrote them."""

    def __init__(self, np, folder):
        def read(name, kind):
            return np.fromfile(os.path.join(folder, name), dtype=kind)

        self.features = read("records.features.u32", "<u4")
        self.starts = read("records.starts.u64", "<u8").astype(np.int64)
        query_features = read("queries.features.u32", "<u4")
        query_starts = read("queries.starts.u64", "<u8").astype(np.int64)
        self.queries = [
            query_features[start:end] for start, end in zip(query_starts[:-1], query_starts[1:])
        ]
        self.weights = read("weights.u16", "<u2").astype(np.float64)
        shape = (len(self.queries), LIMIT)
        self.expected = read("expected.f64", "<f8").reshape(shape)
        self.expected_unweighted = read("expected_unweighted.f64", "<f8").reshape(shape)
        self.sizes = np.diff(self.starts)
        self.totals = np.add.reduceat(self.weights[self.features], self.starts[:-1])

    def row(self, record):
        return self.features[self.starts[record] : self.starts[record + 1]]

    def __len__(self):
        return len(self.sizes)


def report(np, run, peer, data, expected, answer, queries, clock=time.process_time):
    """Times `answer`, which gives the scores of its ten best, and compares them with the exact ones."""
    times, right, wanted = [], 0, 0
    for query, scores in list(zip(data.queries, expected))[:queries]:
        start = clock()
        found = answer(query)
        times.append(clock() - start)
        scores = scores[scores > 0]
        wanted += len(scores)
        if len(scores):
            right += min(len(scores), int(np.sum(np.asarray(found) >= scores[-1] - 1e-12)))
    figure(f"similarity_{run}_recall10@{peer}", right / wanted, "share")
    figure(f"similarity_{run}_p50_ms@{peer}", float(np.percentile(times, 50)) * 1e3, "ms")
    figure(f"similarity_{run}_p99_ms@{peer}", float(np.percentile(times, 99)) * 1e3, "ms")
    figure(f"similarity_{run}_qps@{peer}", len(times) / sum(times), "1/s")


def numpy_columns(np, run, data):
    start = time.process_time()
    order = np.argsort(data.features, kind="stable")
    holders = np.repeat(np.arange(len(data), dtype=np.int32), data.sizes)[order]
    ends = np.cumsum(np.bincount(data.features, minlength=len(data.weights)))
    starts = np.concatenate(([0], ends[:-1]))
    figure(f"similarity_{run}_build_s@numpy", time.process_time() - start, "s")

    def best(scores):
        best = np.argpartition(scores, -LIMIT)[-LIMIT:]
        return np.sort(scores[best])[::-1]

    def weighted(query):
        lists = np.concatenate([holders[starts[feature] : ends[feature]] for feature in query])
        weights = np.repeat(data.weights[query], ends[query] - starts[query])
        shared = np.bincount(lists, weights=weights, minlength=len(data))
        return best(shared / (data.weights[query].sum() + data.totals - shared))

    def unweighted(query):
        lists = np.concatenate([holders[starts[feature] : ends[feature]] for feature in query])
        shared = np.bincount(lists, minlength=len(data))
        return best(shared / (len(query) + data.sizes - shared))

    report(np, run, "numpy", data, data.expected, weighted, 300)
    report(np, f"{run}_unweighted", "numpy", data, data.expected_unweighted, unweighted, 300)


def jaccard(np, data, record, query):
    shared = data.weights[np.intersect1d(data.row(record), query, assume_unique=True)].sum()
    return shared / (data.weights[query].sum() + data.totals[record] - shared)


def tantivy_words(np, run, data):
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("features", tokenizer_name="whitespace", index_option="freq")
    schema.add_unsigned_field("record", stored=True)
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        index = tantivy.Index(schema.build(), path=folder)
        writer = index.writer(heap_size=500_000_000, num_threads=1)
        for record in range(len(data)):
            words = " ".join(map(str, data.row(record)))
            writer.add_document(tantivy.Document(features=words, record=record))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        figure(f"similarity_{run}_build_s@tantivy", time.process_time() - start, "s")
        searcher = index.searcher()

        def nearest(query, count):
            parsed = index.parse_query(" ".join(map(str, query)), ["features"])
            hits = searcher.search(parsed, count, count=False).hits
            return [searcher.doc(address)["record"][0] for _, address in hits]

        def ten(query):
            return [jaccard(np, data, record, query) for record in nearest(query, LIMIT)]

        def ranked_again(query):
            scores = [jaccard(np, data, record, query) for record in nearest(query, 100)]
            return sorted(scores, reverse=True)[:LIMIT]

        report(np, run, "tantivy", data, data.expected, ten, 300)
        report(np, run, "tantivy_rerank", data, data.expected, ranked_again, 300)


def postgres_intarray(np, run, data, server):
    import psycopg2

    connection = psycopg2.connect(server)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE EXTENSION IF NOT EXISTS intarray")
    cursor.execute("CREATE TEMP TABLE similarity_peer (id int, features int[])")
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as rows:
        for record in range(len(data)):
            rows.write(f"{record}\t{{{','.join(map(str, data.row(record)))}}}\n")
        rows.seek(0)
        cursor.copy_expert("COPY similarity_peer FROM STDIN", rows)
    cursor.execute("CREATE INDEX ON similarity_peer USING gin (features gin__int_ops)")
    cursor.execute("ANALYZE similarity_peer")
    figure(f"similarity_{run}_build_s@postgres_gin", time.perf_counter() - start, "s")
    statement = """
        SELECT icount(features & %(query)s) / icount(features | %(query)s)::float8 AS score
        FROM similarity_peer WHERE features && %(query)s ORDER BY score DESC LIMIT 10"""

    def answer(query):
        cursor.execute(statement, {"query": [int(feature) for feature in query]})
        return [score for (score,) in cursor.fetchall()]

    expected = data.expected_unweighted
    report(np, f"{run}_unweighted", "postgres_gin", data, expected, answer, 30, time.perf_counter)
    connection.close()


def word(feature):
    """A word of letters for a feature, so that its trigrams are its own."""
    letters = ""
    while True:
        feature, letter = divmod(int(feature), 26)
        letters += chr(97 + letter)
        if not feature:
            return letters


def postgres_trigrams(np, run, data, server):
    import psycopg2

    connection = psycopg2.connect(server)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    cursor.execute("CREATE TEMP TABLE trigram_peer (id int, features text)")
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as rows:
        for record in range(len(data)):
            rows.write(f"{record}\t{' '.join(map(word, data.row(record)))}\n")
        rows.seek(0)
        cursor.copy_expert("COPY trigram_peer FROM STDIN", rows)
    cursor.execute("CREATE INDEX ON trigram_peer USING gist (features gist_trgm_ops (siglen = 256))")
    cursor.execute("ANALYZE trigram_peer")
    figure(f"similarity_{run}_build_s@postgres_trgm", time.perf_counter() - start, "s")
    statement = "SELECT id FROM trigram_peer ORDER BY features <-> %s LIMIT 100"

    def ranked_again(query):
        cursor.execute(statement, (" ".join(map(word, query)),))
        scores = [jaccard(np, data, record, query) for (record,) in cursor.fetchall()]
        return sorted(scores, reverse=True)[:LIMIT]

    report(np, run, "postgres_trgm_rerank", data, data.expected, ranked_again, 30, time.perf_counter)
    connection.close()


def main():
    run, folder = sys.argv[1:3]
    try:
        import numpy as np
    except ImportError:
        note("peers not run: this Python has no numpy; name one that has in STRATUM_PEERS_PYTHON")
        return
    data = Data(np, folder)
    numpy_columns(np, run, data)
    try:
        tantivy_words(np, run, data)
    except ImportError:
        note("tantivy not run: not installed")
    server = os.environ.get("STRATUM_PEERS_DATABASE")
    if not server:
        note("PostgreSQL not run: STRATUM_PEERS_DATABASE is not set")
    elif run == "200k":
        postgres_intarray(np, run, data, server)
        postgres_trigrams(np, run, data, server)


main()
