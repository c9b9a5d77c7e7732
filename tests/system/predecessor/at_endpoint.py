"""Runs ecs-crd-cli 1.2.0 with its pinned libraries, which know neither AWS_ENDPOINT_URL nor Python 3.10."""

import collections
import collections.abc
import os

for name in collections.abc.__all__:
    setattr(collections, name, getattr(collections.abc, name))

import botocore.session  # noqa: E402

from ecs_crd.cli import main  # noqa: E402

create = botocore.session.Session.create_client


def create_there(*arguments, **named):
    named["endpoint_url"] = os.environ["AWS_ENDPOINT_URL"]
    return create(*arguments, **named)


botocore.session.Session.create_client = create_there
main()
