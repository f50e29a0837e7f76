"""Seeds OpenSearch: a big index, metadata-index with documents, a closed index, aliases."""

import json
import threading

BASE = "http://localhost:9200"
JSON = ["Content-Type: application/json"]

BIG = {
    "settings": {"number_of_shards": 2, "number_of_replicas": 0, "refresh_interval": "30s",
                 "analysis": {"analyzer": {"leise": {"type": "custom", "tokenizer": "standard",
                                                     "filter": ["lowercase"]}}}},
    "mappings": {"dynamic": "strict", "properties": {
        "key": {"type": "keyword", "ignore_above": 200},
        "text": {"type": "text", "analyzer": "leise", "fields": {"raw": {"type": "keyword"}}},
        "size": {"type": "long"}, "at": {"type": "date"}, "where": {"type": "geo_point"},
        "parts": {"type": "nested", "properties": {"n": {"type": "integer"}}}}},
    "aliases": {"objects-now": {"filter": {"term": {"key": "k-1"}}}},
}
METADATA = {"properties": {
    "namespace": {"type": "keyword"}, "dataset": {"type": "keyword"},
    "metadata": {"type": "object", "enabled": True},
    "größe": {"type": "long"}}}
LOG = {"settings": {"number_of_shards": 1, "number_of_replicas": 1}}


def lines(count, document):
    out = []
    for i in range(count):
        ident, source = document(i)
        out.append(json.dumps({"index": {"_id": ident}}, ensure_ascii=i % 2 == 0))
        out.append(json.dumps(source, ensure_ascii=i % 2 == 0))
    return ("\n".join(out) + "\n").encode()


def big(i):
    return f"o-{i:06}", {
        "key": f"k-{i % 97}", "text": f"Größe {i} ☃ \"quoted\" \\ ein Text {i * 31 % 1009}",
        "size": 9007199254740993 + i, "at": 1577836800000 + i * 1000,
        "where": {"lat": i % 90, "lon": i % 180}, "parts": [{"n": i}, {"n": -i}]}


def metadata(i):
    return f"meta/ü {i}", {"namespace": f"ns-{i % 20}", "dataset": f"d{i}",
                           "metadata": {"tag": f"wert {i}", "half": i / 2}, "größe": i}


def log(i):
    return str(i), {"line": f"log line {i}", "level": "info" if i % 3 else "warn"}


def bulk(site, index, count, document):
    """Loads `count` documents, 10,000 in a request."""
    for start in range(0, count, 10000):
        part = lines(min(10000, count - start), lambda i, base=start: document(base + i))
        path = f"{BASE}/{index}/_bulk?filter_path=errors,items.*.error"
        answer = json.loads(site.send("opensearch", "POST", path, "application/x-ndjson", part))
        if answer.get("errors") is not False:
            raise RuntimeError(f"opensearch: bulk into {index}: {json.dumps(answer)[:500]}")


def seed(site, sizes):
    (status, _), = site.curl("opensearch", [("GET", f"{BASE}/metadata-index", [], None)], False)
    requests = [
        ("PUT", f"{BASE}/objects-1", JSON, json.dumps(BIG)),
        ("PUT", f"{BASE}/old-log", JSON, json.dumps(LOG)),
        ("PUT", f"{BASE}/empty-index", JSON, json.dumps(LOG)),
    ]
    if status == 404:
        requests.append(("PUT", f"{BASE}/metadata-index", JSON, "{}"))
    requests.append(("PUT", f"{BASE}/metadata-index/_mapping", JSON, json.dumps(METADATA)))
    site.curl("opensearch", requests)
    jobs = [("objects-1", sizes["documents"], big), ("metadata-index", 400, metadata),
            ("old-log", 100, log)]
    failures = []

    def load(job):
        try:
            bulk(site, *job)
        except RuntimeError as problem:
            failures.append(problem)
    threads = [threading.Thread(target=load, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    site.curl("opensearch", [
        ("POST", f"{BASE}/_refresh", JSON, None), ("POST", f"{BASE}/_flush", JSON, None),
        ("POST", f"{BASE}/old-log/_close", JSON, None)])
    return f"opensearch: {sizes['documents']} documents, a closed index"
