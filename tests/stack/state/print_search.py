"""Prints what is in OpenSearch: every index with settings, mapping, aliases, documents."""

import hashlib
import json
from urllib.parse import quote as percent

BASE = "http://localhost:9200"
JSON = ["Content-Type: application/json"]

# These change with every index that is made, also by a restore that loses nothing.
OWN = ("index.uuid", "index.creation_date", "index.version.", "index.provided_name",
       "index.history.", "index.resize.", "index.routing.allocation.initial_recovery.",
       "index.verified_before_close")


def get(site, path, body=None, method="GET"):
    (_, answer), = site.curl("opensearch", [
        (method, BASE + path, JSON, None if body is None else json.dumps(body))])
    return json.loads(answer)


def flat(prefix, value):
    """(dotted key, text) of every leaf."""
    if isinstance(value, dict) and value:
        for key in value:
            yield from flat(f"{prefix}.{key}" if prefix else key, value[key])
    else:
        yield prefix, json.dumps(value, sort_keys=True, ensure_ascii=False)


def digest(hit):
    text = json.dumps([hit["_id"], hit.get("_routing"), hit["_source"]], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def documents(site, index):
    """(count, checksum) over all documents, in any order."""
    query = {"size": 5000, "sort": ["_doc"], "query": {"match_all": {}}}
    get(site, f"/{percent(index)}/_refresh", method="POST")
    answer = get(site, f"/{percent(index)}/_search?scroll=2m"
                 "&allow_partial_search_results=false", query)
    count = total = 0
    while answer["hits"]["hits"]:
        count += len(answer["hits"]["hits"])
        total += sum(digest(hit) for hit in answer["hits"]["hits"])
        scroll = answer["_scroll_id"]
        answer = get(site, "/_search/scroll", {"scroll": "2m", "scroll_id": scroll})
    get(site, "/_search/scroll", {"scroll_id": answer["_scroll_id"]}, "DELETE")
    return count, total % 2 ** 128


def closed_documents(site, index):
    """A closed index answers no search: opened for the moment, closed again whatever happens."""
    get(site, f"/{percent(index)}/_open?wait_for_active_shards=1", method="POST")
    try:
        return documents(site, index)
    finally:
        get(site, f"/{percent(index)}/_close", method="POST")


def facts(site):
    path = "/_cat/indices?format=json&h=index,status&expand_wildcards=all"
    states = {row["index"]: row["status"] for row in get(site, path)}
    for index, state in sorted(states.items()):
        head = f"opensearch {index}"
        yield f"{head} state {state}"
        name = percent(index)
        about = get(site, f"/{name}?expand_wildcards=all&flat_settings=true")[index]
        for key, text in about["settings"].items():
            if not key.startswith(OWN):
                yield f"{head} setting {key} = {json.dumps(text, ensure_ascii=False)}"
        for key, text in flat("", about["mappings"]):
            yield f"{head} mapping {key} = {text}"
        for key, text in about["aliases"].items():
            yield f"{head} alias {key} = {json.dumps(text, sort_keys=True)}"
        count, total = (documents if state == "open" else closed_documents)(site, index)
        yield f"{head} documents {count} checksum {total:032x}"
