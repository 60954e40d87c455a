"""A moto server in a process of its own, seeded from inside.

Listens on 127.0.0.1 on a free port, prints one line `{"url": …}` and then obeys: one JSON object per line of
standard input (`{"id": 1, "op": "instances", …}`), one JSON answer per line of standard output. It ends with
its standard input, so that no server outlives the test that started it.
"""

import json
import sys

from moto.backends import get_backend
from moto.server import ThreadedMotoServer

ADMIN = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def iam(account):
    return get_backend("iam")[account]["aws"]


def access_key(account, user, policy=None, **_):
    """A user with a policy and its key: with this key every call lands in `account`."""
    backend = iam(account)
    backend.create_user("us-east-1", user)
    backend.put_user_policy(user, "policy", json.dumps(policy) if policy else ADMIN)
    key = backend.create_access_key(user)
    return {"accessKeyId": key.access_key_id, "secretAccessKey": key.secret_access_key}


def role(account, name, trusted, policy=None, **_):
    """A role that the account `trusted` may assume."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{trusted}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
    backend = iam(account)
    created = backend.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps(trust),
        path="/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    backend.put_role_policy(name, "policy", json.dumps(policy) if policy else ADMIN)
    return {"arn": created.arn}


def instances(account, region, count, prefix="web", tags=None, perReservation=1, **_):
    """moto pages DescribeInstances by reservation: one instance each (slow) makes exact pages."""
    backend = get_backend("ec2")[account][region]
    ids = []
    while len(ids) < count:
        reservation = backend.run_instances(
            "ami-12c6146b",
            min(perReservation, count - len(ids)),
            None,
            [],
            instance_type="t3.micro",
            tags={"instance": tags or {}},
            is_instance_type_default=False,
        )
        for instance in reservation.instances:
            backend.create_tags([instance.id], {"Name": f"{prefix}-{len(ids):05d}"})
            ids.append(instance.id)
    return {"ids": ids}


def volumes(account, region, count, **_):
    backend = get_backend("ec2")[account][region]
    return {"ids": [backend.create_volume(size=8, zone_name=f"{region}a").id for _ in range(count)]}


def queues(account, region, count, prefix="queue", **_):
    backend = get_backend("sqs")[account][region]
    for number in range(count):
        backend.create_queue(f"{prefix}-{number:05d}", {"env": "test"})
    return {}


OPERATIONS = {f.__name__: f for f in (access_key, role, instances, volumes, queues)}


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    answers = sys.stdout
    sys.stdout = sys.stderr
    print(json.dumps({"url": f"http://{host}:{port}"}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"id": request["id"], "result": OPERATIONS[request.pop("op")](**request)}
        except Exception as error:  # the test that asked reads what went wrong
            answer = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
    server.stop()


if __name__ == "__main__":
    main()
