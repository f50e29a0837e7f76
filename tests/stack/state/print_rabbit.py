"""Prints what is in RabbitMQ: its definitions, and every message without taking it."""

import base64
import hashlib
import json
import time
from urllib.parse import quote as percent

from .fill_rabbit import BASE, headers

# Per message: how the broker hands it out, not what it is. Reading with a requeue marks every
# message as delivered once, and the count is of those still behind it.
HANDED_OUT = ("redelivered", "message_count", "payload", "payload_bytes", "payload_encoding")

PATIENCE = 20  # seconds; while a broker starts, the queues of a virtual host may not be up yet


def get(site, *paths):
    answers = site.curl("rabbitmq", [("GET", f"{BASE}/{path}", headers(site), None)
                                     for path in paths])
    return [json.loads(body) for _, body in answers]


def definitions(data):
    """Version and products are no state; all else is, one line each."""
    for kind in ("users", "vhosts", "permissions", "topic_permissions", "parameters",
                 "global_parameters", "policies", "queues", "exchanges", "bindings"):
        for item in data.get(kind, []):
            yield f"rabbitmq {kind} {json.dumps(item, sort_keys=True, ensure_ascii=False)}"


def messages(site, queue, count):
    """One line per message, in the order in which they would be taken."""
    path = f"queues/{percent(queue['vhost'], safe='')}/{percent(queue['name'], safe='')}/get"
    body = {"count": count, "ackmode": "reject_requeue_true", "encoding": "base64"}
    request = ("POST", f"{BASE}/{path}", headers(site), json.dumps(body))
    end = time.monotonic() + PATIENCE
    while True:
        (status, answer), = site.curl("rabbitmq", [request], check=time.monotonic() > end)
        if status < 400:
            break
        time.sleep(0.5)
    for number, message in enumerate(json.loads(answer)):
        about = {k: v for k, v in message.items() if k not in HANDED_OUT}
        payload = base64.b64decode(message["payload"])
        yield (f"{number:05} {json.dumps(about, sort_keys=True, ensure_ascii=False)} "
               f"{len(payload)} bytes sha256 {hashlib.sha256(payload).hexdigest()}")


def facts(site):
    data, = get(site, "definitions")
    yield from definitions(data)
    for queue in data["queues"]:
        head = f"rabbitmq queue {json.dumps([queue['vhost'], queue['name']], ensure_ascii=False)}"
        count = 0
        for line in messages(site, queue, 100000):
            count += 1
            yield f"{head} message {line}"
        yield f"{head} has {count} messages"
