"""The search by words alone against BM25 as Lucene has it, from the package bm25s: run by
scripts/compare-bm25, which says what for."""

import json
import math
import subprocess
import sys
from pathlib import Path

import bm25s
import numpy as np
import Stemmer

PROGRAM, STOP_WORDS, FOLDERS = sys.argv[1], sys.argv[2], sys.argv[3:]
DEPTH = 10


def entries(path):
    """By name, the text of each document or query, with its title in front."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    read = [json.loads(line) for line in lines if line.strip()]
    return {str(one["_id"]): f"{one.get('title') or ''} {one['text'] or ''}" for one in read}


def judgements(path):
    """By query, the grade of each judged document; negative ones count 0, as trec_eval has it."""
    judged = {}
    for at, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n")):
        if not line.strip():
            continue
        query, document, grade = (column.strip() for column in line.split("\t")[:3])
        try:
            judged.setdefault(query, {})[document] = max(round(float(grade)), 0)
        except ValueError:
            if at > 0:  # the first line may be a header
                raise
    return {query: grades for query, grades in judged.items() if any(grades.values())}


def discounted(gains):
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains[:DEPTH]))


def reference(folder):
    """nDCG@10 of BM25, and over how many queries: those with at least one relevant document."""
    corpus, queries = entries(folder / "corpus.jsonl"), entries(folder / "queries.jsonl")
    judged = judgements(folder / "qrels" / "test.tsv")
    stemmer = Stemmer.Stemmer("english")

    def words(texts):
        return bm25s.tokenize(
            list(texts),
            stopwords=STOP_WORDS,
            stemmer=stemmer,
            return_ids=False,
            show_progress=False,
        )

    bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    bm25.index(words(corpus.values()), show_progress=False)
    names, measured = list(corpus), []
    asked = {query: text for query, text in queries.items() if query in judged}
    for query, asks in zip(asked, words(asked.values())):
        grades = judged[query]
        # A query of stop words alone finds nothing.
        scores = bm25.get_scores(asks) if asks else np.zeros(len(names))
        # Of equal scores the first of the corpus leads; what has none of the words is no answer.
        best = [at for at in np.argsort(-scores, kind="stable")[:DEPTH] if scores[at] > 0]
        gains = [grades.get(names[at], 0) for at in best]
        measured.append(discounted(gains) / discounted(sorted(grades.values(), reverse=True)))
    return float(np.mean(measured)), len(measured)


def ours(folder):
    ran = subprocess.run([PROGRAM, "eval", str(folder), "--json"], stdout=subprocess.PIPE)
    if ran.returncode != 0:
        sys.exit(2)  # the program has said why
    said = json.loads(ran.stdout)
    return said["modes"]["lexical"]["ndcg@10"], said["queries"]


def main():
    is_lower = False
    for folder in map(Path, FOLDERS):
        (own, count), (theirs, asked) = ours(folder), reference(folder)
        if count != asked:
            print(f"{folder.name}: {count} queries here, {asked} there", file=sys.stderr)
            sys.exit(2)
        print(
            f"{folder.name}: ours {own:.4f}, reference {theirs:.4f}, ratio {own / theirs:.3f}",
            flush=True,
        )
        is_lower |= own < theirs
    sys.exit(1 if is_lower else 0)


main()
