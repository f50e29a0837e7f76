"""Prints what is in Postgres: every database that can be connected to, roles, settings."""

import json
import os

FOLDER = os.path.dirname(__file__)


def script(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def facts(site):
    """template0 cannot be connected to; everything else that can is looked into."""
    listing = site.psql("SELECT to_json(datname) FROM pg_database WHERE datallowconn;")
    names = [json.loads(line) for line in listing.decode().splitlines()]
    parts = [script("print_cluster.sql")]
    for name in sorted(names):
        parts.append(f"\\connect {identifier(name)}\n")
        parts.append(script("print_postgres.sql"))
    # A view's text and a name's form depend on the search path: it holds pg_catalog only.
    out = site.psql("".join(parts)).decode("utf-8", "backslashreplace")
    where = "cluster"
    for line in out.splitlines():
        if not line:
            continue
        text = json.loads(line)
        if text.startswith("in "):
            where = text[3:]
            continue
        yield f"postgres {json.dumps(where, ensure_ascii=False)} {escape(text)}"


def escape(text):
    return json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
