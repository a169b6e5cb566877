"""The model a data scientist would reach for, on the same phrases: TF-IDF + logistic regression of scikit-learn.

Usage: text_peers.py TRAIN.tsv HELD_OUT.tsv   (label<TAB>text lines; `classify` benchmark writes them with --dump DIR)
Prints name@peer<TAB>value<TAB>unit. Needs: pip install scikit-learn
"""

import sys
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union


def read(path):
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t", 1) for line in lines]
    return [text for _, text in rows], np.array([label for label, _ in rows])


def words():
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)


def letters():
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)


def measure(name, vectorizer, train, held_out):
    model = make_pipeline(vectorizer, LogisticRegression(C=10, max_iter=1000, class_weight="balanced"))
    model.fit(*train)
    texts, labels = held_out
    started = time.perf_counter()
    scores = model.predict_proba(texts)
    elapsed = time.perf_counter() - started
    order = np.argsort(-scores, axis=1)
    ranked = model.classes_[order]
    top1 = float(np.mean(ranked[:, 0] == labels))
    top3 = float(np.mean([label in row[:3] for label, row in zip(labels, ranked)]))
    print(f"text_top1@{name}\t{top1:.4f}\tshare")
    print(f"text_top3@{name}\t{top3:.4f}\tshare")
    print(f"classify_texts_per_s@{name}\t{len(texts) / elapsed:.0f}\t1/s")


def main():
    train, held_out = read(sys.argv[1]), read(sys.argv[2])
    measure("tfidf_words_lr", words(), train, held_out)
    measure("tfidf_words_letters_lr", make_union(words(), letters()), train, held_out)


if __name__ == "__main__":
    main()
