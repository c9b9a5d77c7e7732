"""The surroundings of a deployment in one call: what a company's account holds before the first one."""

import hashlib
import json

from moto.acm.models import acm_backends
from moto.core.base_backend import BackendDict

from .errors import AwsError

DEFAULTS = {
    "region": "eu-west-3",
    "environment": "stage",
    "groups": ["private"],
    "releases": ["1", "2"],
    "zones": ["example.com"],
    "cluster": None,
    "repositories": {"webapi": ["1.0.0", "1.1.0"]},
    "certificates": [],
    "topics": [],
    "secrets": {},
    "roles": [],
}


def forget(accounts, account):
    """The account is empty again, in moto too; its clock starts anew."""
    with account.lock:
        for backends in list(BackendDict._instances):
            if account.id in backends:
                backends.pop(account.id)
        accounts.forget(account.id)


def build(account, wanted):
    """Makes it all and returns the ids."""
    unknown = set(wanted) - set(DEFAULTS)
    if unknown:
        raise AwsError("BadAccount", f"unknown {sorted(unknown)}; known are {sorted(DEFAULTS)}")
    wanted = {**DEFAULTS, **wanted}
    account.region = wanted["region"]
    builder = _Builder(account, wanted)
    network = builder.network()
    return {
        "account_id": account.id,
        "region": wanted["region"],
        "environment": wanted["environment"],
        "access_key_id": f"AKIA{account.id}TEST",
        "secret_access_key": "any",
        **network,
        "balancers": [
            builder.balancer(group, release, network)
            for group in wanted["groups"]
            for release in wanted["releases"]
        ],
        "zones": {name: builder.zone(name) for name in wanted["zones"]},
        "cluster_arn": builder.cluster(),
        "repositories": {
            name: builder.repository(name, tags) for name, tags in wanted["repositories"].items()
        },
        "certificates": {name: builder.certificate(name) for name in wanted["certificates"]},
        "topics": {
            name: builder.call("sns", "CreateTopic", Name=name)["TopicArn"] for name in wanted["topics"]
        },
        "secrets": {
            name: builder.call("secretsmanager", "CreateSecret", Name=name, SecretString=value)["ARN"]
            for name, value in wanted["secrets"].items()
        },
        "roles": {name: builder.role(name) for name in wanted["roles"]},
    }


class _Builder:
    def __init__(self, account, wanted):
        self.account = account
        self.region = wanted["region"]
        self.wanted = wanted

    def call(self, service, operation, /, **parameters):
        return self.account.call(service, operation, self.region, **parameters)

    def network(self):
        """A VPC tagged with the environment, two subnets, a security group."""
        vpc = self.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        tags = [{"Key": "Environment", "Value": self.wanted["environment"]}]
        self.call("ec2", "CreateTags", Resources=[vpc], Tags=tags)
        subnets = [
            self.call(
                "ec2",
                "CreateSubnet",
                VpcId=vpc,
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZone=f"{self.region}{letter}",
            )["Subnet"]["SubnetId"]
            for number, letter in enumerate("ab")
        ]
        group = self.call("ec2", "CreateSecurityGroup", VpcId=vpc, GroupName="tasks", Description="tasks")
        return {"vpc_id": vpc, "subnets": subnets, "security_group": group["GroupId"]}

    def balancer(self, group, release, network):
        """A load balancer tagged CanaryGroup and CanaryRelease."""
        tags = {"CanaryGroup": group, "CanaryRelease": release, "Environment": self.wanted["environment"]}
        made = self.call(
            "elbv2",
            "CreateLoadBalancer",
            Name=f"{self.wanted['environment']}-{group}-{release}",
            Subnets=network["subnets"],
            Scheme="internal",
            Type="application",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["LoadBalancers"][0]
        return {
            "arn": made["LoadBalancerArn"],
            "name": made["LoadBalancerName"],
            "group": group,
            "release": release,
            "dns_name": made["DNSName"],
            "zone_id": made["CanonicalHostedZoneId"],
        }

    def zone(self, name):
        made = self.call("route53", "CreateHostedZone", Name=name, CallerReference=name)
        return made["HostedZone"]["Id"].rsplit("/", 1)[-1]

    def cluster(self):
        name = self.wanted["cluster"] or f"{self.wanted['environment']}-ecs-cluster"
        return self.call("ecs", "CreateCluster", clusterName=name)["cluster"]["clusterArn"]

    def repository(self, name, tags):
        made = self.call("ecr", "CreateRepository", repositoryName=name)["repository"]
        for tag in tags:
            digest = "sha256:" + hashlib.sha256(f"{name}:{tag}".encode()).hexdigest()
            layer = {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": 1,
                "digest": digest,
            }
            manifest = {
                "schemaVersion": 2,
                "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                "config": layer,
                "layers": [],
            }
            self.call(
                "ecr", "PutImage", repositoryName=name, imageTag=tag, imageManifest=json.dumps(manifest)
            )
        return made["repositoryUri"]

    def certificate(self, domain):
        """An issued certificate; AWS would first validate the domain."""
        arn = self.call("acm", "RequestCertificate", DomainName=domain)["CertificateArn"]
        acm_backends[self.account.id][self.region].get_certificate(arn).status = "ISSUED"
        return arn

    def role(self, name):
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                }
            ],
        }
        return self.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))[
            "Role"
        ]["Arn"]
