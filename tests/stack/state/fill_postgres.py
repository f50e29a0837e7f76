"""Seeds Postgres."""

import os

FOLDER = os.path.dirname(__file__)


def script(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def seed(site, sizes):
    core = site.env.get("POSTGRES_CORE_DB", "hoss_core")
    auth = site.env.get("POSTGRES_AUTH_DB", "hoss_auth")
    rows = sizes["rows"]
    options = ["-v", f"core={core}", "-v", f"auth={auth}", "-v", f"rows={rows}",
               "-v", f"scale={sizes['scale']}", "-o", "/dev/null"]
    parts = [script("postgres_roles.sql"), "\\connect :core\n", script("postgres_core.sql"),
             script("postgres_bench.sql") if sizes["scale"] else "", script("postgres_rest.sql"),
             "CHECKPOINT;\n"]
    site.psql("".join(parts), options=options)
    return f"postgres: {rows} rows, pgbench scale {sizes['scale']}"
