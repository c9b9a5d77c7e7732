"""Templates like those a deployment renders: a green stack and an init stack."""

import json

STACK, INIT = "stage-webapi-2", "stage-webapi-0"
LOGS = "/aws/ecs/stage-ecs-cluster/service/webapi"


def _types(resources):
    return {
        name: {"Type": f"AWS::{kind}", "Properties": properties, **more}
        for name, (kind, properties, more) in resources.items()
    }


def green(ground, desired=0, release="2", more=None):
    """A target group, a listener with a second certificate, a rule, a service that scales."""
    balancer = next(each["arn"] for each in ground["balancers"] if each["release"] == release)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
            }
        ],
    }
    container = {
        "Name": "default",
        "Image": "webapi:1",
        "Memory": 128,
        "Essential": "true",
        "PortMappings": [{"ContainerPort": 8080, "HostPort": 0}],
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": LOGS,
                "awslogs-region": {"Ref": "AWS::Region"},
                "awslogs-stream-prefix": "1",
            },
        },
    }
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]
    scaled = {
        "ServiceNamespace": "ecs",
        "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": {"Fn::Sub": "service/stage-ecs-cluster/${Service.Name}"},
    }
    alarm = {
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 75,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [{"Ref": "Policy"}],
    }
    certificates = list(ground["certificates"].values())
    resources = {
        "Role": (
            "IAM::Role",
            {
                "RoleName": f"webapi-exec-{release}",
                "AssumeRolePolicyDocument": trust,
                "ManagedPolicyArns": [
                    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
                ],
                "Policies": [
                    {
                        "PolicyName": "secrets",
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [
                                {
                                    "Effect": "Allow",
                                    "Action": "secretsmanager:GetSecretValue",
                                    "Resource": "*",
                                }
                            ],
                        },
                    }
                ],
            },
            {},
        ),
        "Targets": (
            "ElasticLoadBalancingV2::TargetGroup",
            {
                "Name": f"webapi{release}-default8080-tg",
                "Port": 8080,
                "Protocol": "HTTP",
                "VpcId": ground["vpc_id"],
                "HealthCheckPath": "/health",
                "HealthCheckEnabled": "true",
                "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": 30}],
                "Tags": [{"Key": "Service", "Value": "webapi"}],
            },
            {},
        ),
        "Listener": (
            "ElasticLoadBalancingV2::Listener",
            {
                "LoadBalancerArn": balancer,
                "Port": 443,
                "Protocol": "HTTPS",
                "DefaultActions": forward,
                "Certificates": [{"CertificateArn": certificates[0]}],
            },
            {},
        ),
        "Second": (
            "ElasticLoadBalancingV2::ListenerCertificate",
            {"ListenerArn": {"Ref": "Listener"}, "Certificates": [{"CertificateArn": certificates[1]}]},
            {},
        ),
        "Rule": (
            "ElasticLoadBalancingV2::ListenerRule",
            {
                "ListenerArn": {"Ref": "Listener"},
                "Priority": 10,
                "Actions": forward,
                "Conditions": [{"Field": "path-pattern", "Values": ["/api/*"]}],
            },
            {},
        ),
        "Definition": (
            "ECS::TaskDefinition",
            {
                "Family": "stage-webapi",
                "ContainerDefinitions": [container],
                "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            },
            {},
        ),
        "Service": (
            "ECS::Service",
            {
                "Cluster": ground["cluster_arn"],
                "ServiceName": {"Fn::Join": ["-", ["webapi", release]]},
                "DesiredCount": desired,
                "LaunchType": "EC2",
                "TaskDefinition": {"Ref": "Definition"},
                "LoadBalancers": [
                    {"ContainerName": "default", "ContainerPort": 8080, "TargetGroupArn": {"Ref": "Targets"}}
                ],
            },
            {"DependsOn": "Listener"},
        ),
        "Scaling": (
            "ApplicationAutoScaling::ScalableTarget",
            {**scaled, "MinCapacity": 1, "MaxCapacity": 4},
            {},
        ),
        "Policy": (
            "ApplicationAutoScaling::ScalingPolicy",
            {
                "PolicyName": "up",
                "PolicyType": "StepScaling",
                "ScalingTargetId": {"Ref": "Scaling"},
                "StepScalingPolicyConfiguration": {
                    "AdjustmentType": "ChangeInCapacity",
                    "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
                },
            },
            {},
        ),
        "Alarm": ("CloudWatch::Alarm", alarm, {}),
    }
    return json.dumps(
        {
            "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "Default": "hidden"}},
            "Resources": {**_types(resources), **(more or {})},
            "Outputs": {"ServiceArn": {"Value": {"Ref": "Service"}}},
        }
    )


def init(ground, name="webapi.example.com"):
    """A log group and two weighted records: release 1 at 100, release 2 at 0."""
    records = [
        {
            "Name": name,
            "Type": "CNAME",
            "SetIdentifier": balancer["release"],
            "TTL": 60,
            "Weight": 100 if balancer["release"] == "1" else 0,
            "ResourceRecords": [balancer["dns_name"]],
        }
        for balancer in ground["balancers"]
    ]
    return json.dumps(
        {
            "Resources": _types(
                {
                    "Logs": ("Logs::LogGroup", {"LogGroupName": LOGS, "RetentionInDays": 7}, {}),
                    "Records": (
                        "Route53::RecordSetGroup",
                        {"HostedZoneName": "example.com.", "RecordSets": records},
                        {},
                    ),
                }
            )
        }
    )
