"""Seeds RabbitMQ through its management API: objects, and persistent messages in queues."""

import base64
import json
from urllib.parse import quote as percent

BASE = "http://localhost:15672/api"


def headers(site):
    user = site.env.get("RABBITMQ_USER", "guest")
    word = site.env.get("RABBITMQ_PASS", "guest")
    token = base64.b64encode(f"{user}:{word}".encode()).decode()
    return ["Content-Type: application/json", f"Authorization: Basic {token}"]


def objects(user):
    """(path, body) of everything but messages, in an order in which it can be made."""
    side = percent("seite ü/1", safe="")
    return [
        (f"vhosts/{side}", {}),
        ("users/lese%20%22r%24", {"password": 'p$a"ss', "tags": "monitoring"}),
        (f"permissions/{side}/lese%20%22r%24",
         {"configure": "^lese", "write": ".*", "read": ".*"}),
        (f"permissions/{side}/{percent(user, safe='')}",
         {"configure": ".*", "write": ".*", "read": ".*"}),
        ("exchanges/%2F/hoss.events", {"type": "topic", "durable": True}),
        ("exchanges/%2F/fan%20out", {"type": "fanout", "durable": True,
                                      "arguments": {"alternate-exchange": "hoss.events"}}),
        ("queues/%2F/sync", {"durable": True}),
        ("queues/%2F/lazy%20%C3%A4", {"durable": True, "arguments": {"x-queue-mode": "lazy"}}),
        ("queues/%2F/important", {"durable": True, "arguments": {"x-max-priority": 5}}),
        ("queues/%2F/leer", {"durable": True}),
        (f"queues/{side}/nebenan", {"durable": True}),
        ("policies/%2F/cap", {"pattern": "^leer$", "definition": {"max-length": 1000},
                               "priority": 3, "apply-to": "queues"}),
    ]


def messages(count):
    """(vhost, exchange, key, payload, properties) of every message, in order."""
    side = percent("seite ü/1", safe="")
    for i in range(count):
        payload = f"Nachricht {i} ".encode() + bytes((i * 7 + k) % 256 for k in range(64))
        yield "%2F", "hoss.events", "object.created", payload, {
            "message_id": f"m{i}", "headers": {"n": i, "größe": "ü"},
            "content_type": "application/octet-stream"}
    for i in range(5):
        yield "%2F", "amq.default", "lazy ä", bytes([i]) * 5000, {}
        yield "%2F", "amq.default", "important", b"prio %d" % i, {"priority": i}
        yield side, "amq.default", "nebenan", b"\x00\xff\r\n" * (i + 1), {"reply_to": "x"}
    yield "%2F", "amq.default", "sync", b"", {"type": "empty"}


def seed(site, sizes):
    head = headers(site)
    user = site.env.get("RABBITMQ_USER", "guest")
    requests = [("PUT", f"{BASE}/{path}", head, json.dumps(body))
                for path, body in objects(user)]
    requests.append(("POST", f"{BASE}/bindings/%2F/e/hoss.events/q/sync", head,
                     json.dumps({"routing_key": "object.*", "arguments": {"why": "sync"}})))
    requests.append(("POST", f"{BASE}/bindings/%2F/e/fan%20out/e/hoss.events", head, "{}"))
    count = 0
    for vhost, exchange, key, payload, properties in messages(sizes["messages"]):
        body = {"properties": {"delivery_mode": 2, **properties}, "routing_key": key,
                "payload": base64.b64encode(payload).decode(), "payload_encoding": "base64"}
        requests.append(("POST", f"{BASE}/exchanges/{vhost}/{exchange}/publish", head,
                         json.dumps(body)))
        count += 1
    for status, body in site.curl("rabbitmq", requests):
        if body and json.loads(body).get("routed") is False:
            raise RuntimeError(f"rabbitmq: a message was not routed ({status})")
    return f"rabbitmq: {count} messages in 4 queues"
