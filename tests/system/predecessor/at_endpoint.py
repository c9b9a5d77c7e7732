"""Runs ecs-crd-cli 1.2.0 with the libraries that it pins, which do not know AWS_ENDPOINT_URL."""

import os

import botocore.session

from ecs_crd.cli import main

create = botocore.session.Session.create_client


def create_there(*arguments, **named):
    named.setdefault("endpoint_url", os.environ["AWS_ENDPOINT_URL"])
    return create(*arguments, **named)


botocore.session.Session.create_client = create_there
main()
