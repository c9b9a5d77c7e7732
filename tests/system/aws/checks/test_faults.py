"""Faults on demand, the journal of calls, accounts and clocks of their own, and the rest of the services."""

import email.utils
import http.client
import threading
import time
import urllib.request

import botocore.exceptions

from . import rig
from .rig import Check, Refused, client


class Faults(Check):
    wanted = {"topics": ["fail"], "secrets": {"token": "s3cret"}}

    def ask(self):
        return self.aws("ecs").list_clusters()["clusterArns"]

    def test_each_kind_strikes_as_it_says(self):
        self.post(
            "faults",
            [
                {"service": "ecs", "operation": "ListClusters", "kind": "throttle", "times": 1},
                {"service": "ecs", "operation": "ListClusters", "kind": "500", "times": 1},
                {"service": "ecs", "operation": "ListClusters", "kind": "denied", "times": 1},
            ],
        )
        self.assertEqual(self.refused("ThrottlingException", self.ask), "Rate exceeded")
        self.refused("InternalFailure", self.ask)
        self.assertIn(
            "is not authorized to perform: ecs:ListClusters on resource: *",
            self.refused("AccessDeniedException", self.ask),
        )
        self.assertEqual(len(self.ask()), 1)

    def transact(self, token):
        put = {"TableName": "items", "Item": {"id": {"S": "1"}}, "ConditionExpression": "attribute_not_exists(id)"}
        return self.aws("dynamodb").transact_write_items(TransactItems=[{"Put": put}], ClientRequestToken=token)

    def test_a_transaction_is_done_once_for_its_token_and_may_meet_another(self):
        self.aws("dynamodb").create_table(
            TableName="items",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        met = {"kind": "error", "code": "TransactionCanceledException", "reasons": ["TransactionConflict"]}
        self.post("faults", [{"operation": "TransactWriteItems", **met, "times": 1}])
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            self.transact("one")
        self.assertEqual(refused.exception.response["CancellationReasons"], [{"Code": "TransactionConflict"}])
        self.transact("one")
        self.transact("one")
        self.refused("TransactionCanceledException", lambda: self.transact("two"))

    def test_xml_services_are_refused_in_xml(self):
        self.post("faults", [{"service": "*", "kind": "throttle"}])
        self.refused("Throttling", self.aws("route53").list_hosted_zones)
        self.refused("Throttling", self.aws("elbv2").describe_load_balancers)
        self.refused("ThrottlingException", self.aws("cloudwatch").describe_alarms)
        self.post("faults", [{"kind": "error", "code": "ExpiredToken", "message": "expired", "status": 403}])
        self.refused("ExpiredToken", self.aws("cloudformation").describe_stacks)

    def test_a_dropped_reply_was_done_a_dropped_request_was_not(self):
        for kind, done in (("drop-after", True), ("drop-before", False)):
            self.post("faults", [{"service": "ecs", "operation": "CreateCluster", "kind": kind}])
            with self.assertRaises(botocore.exceptions.ConnectionClosedError):
                self.aws("ecs").create_cluster(clusterName=kind)
            self.post("faults", [])
            self.assertEqual(any(kind in arn for arn in self.ask()), done)

    def test_a_refusal_may_be_lost_too(self):
        self.post("faults", [{"service": "ecs", "operation": "DescribeTasks", "kind": "drop-after"}])
        with self.assertRaises(botocore.exceptions.ConnectionClosedError):
            self.aws("ecs").describe_tasks(cluster="nowhere", tasks=["any"])

    def test_a_held_reply_and_one_call_of_many(self):
        self.post("faults", [{"service": "ecs", "kind": "timeout", "nth": 2, "seconds": 0.7}])
        self.ask()
        begin = time.monotonic()
        self.ask()
        self.assertGreater(time.monotonic() - begin, 0.7)
        self.ask()
        self.assertEqual([each["fault"] for each in self.get("calls")], [None, "timeout", None])

    def test_a_caller_that_is_held_is_told_of_and_let_go(self):
        for held, (kind, done) in enumerate((("hang", False), ("timeout", True))):
            self.post("faults", [{"service": "ecs", "operation": "CreateCluster", "kind": kind}])
            refusals = []

            def create(name=kind):
                try:
                    self.aws("ecs").create_cluster(clusterName=name)
                except botocore.exceptions.ConnectionClosedError as closed:
                    refusals.append(closed)

            caller = threading.Thread(target=create)
            caller.start()
            told = rig.control("GET", "held", {"beyond": held}, self.account)
            self.assertEqual(told, {"held": held + 1})
            self.assertEqual(any(kind in arn for arn in self.ask()), done)
            self.post("faults", [])
            caller.join()
            self.assertEqual(len(refusals), 0 if done else 1)
            self.assertEqual(any(kind in arn for arn in self.ask()), done)

    def test_a_misspelt_fault_is_refused(self):
        for wrong in ([{"kind": "explode"}], [{"kind": "500", "operatoin": "x"}]):
            with self.assertRaises(Refused):
                self.post("faults", wrong)

    def test_every_call_is_written_down(self):
        self.ask()
        self.post("faults", [{"service": "sts", "kind": "throttle"}])
        self.refused("Throttling", self.aws("sts").get_caller_identity)
        calls = self.get("calls")
        self.assertEqual(
            [(each["service"], each["operation"], each["fault"]) for each in calls],
            [("ecs", "ListClusters", None), ("sts", "GetCallerIdentity", "throttle")],
        )
        self.assertEqual(calls[0]["access_key"], f"AKIA{self.account}TEST")

    def test_an_account_is_an_island_and_a_role_leads_to_another(self):
        other = str(int(self.account) + 500_000)
        rig.control("POST", "account", {"zones": ["example.net"]}, other)
        role = self.aws("sts").assume_role(RoleArn=f"arn:aws:iam::{other}:role/dns", RoleSessionName="dns")
        key = role["Credentials"]["AccessKeyId"]
        zones = client("route53", other, key).list_hosted_zones()["HostedZones"]
        self.assertEqual([each["Name"] for each in zones], ["example.net."])
        self.assertEqual(client("sts", other, key).get_caller_identity()["Account"], other)
        self.assertEqual(
            [each["Name"] for each in self.aws("route53").list_hosted_zones()["HostedZones"]],
            ["example.com."],
        )

    def test_the_clock_is_fast_stands_still_never_goes_back_and_is_in_every_reply(self):
        begin = self.post("clock", {"speed": 1000})["now"]
        time.sleep(0.1)
        self.assertGreater(self.now(), begin + 100)
        later = self.post("clock", {"speed": 0, "now": begin - 1000})["now"]
        self.assertGreater(later, begin + 100)
        stamp = self.aws("ecs").list_clusters()["ResponseMetadata"]["HTTPHeaders"]["date"]
        self.assertEqual(email.utils.parsedate_to_datetime(stamp).timestamp(), int(later))
        time.sleep(0.01)
        self.assertEqual(self.now(), later)
        self.later(0.5)
        self.assertEqual(self.now(), later + 0.5)

    def test_messages_are_read_back_and_unknown_topics_refused(self):
        sns = self.aws("sns")
        sns.publish(
            TopicArn=self.ground["topics"]["fail"], Subject="[FAIL] deploy - webapi", Message="Key : value"
        )
        sent = self.get("messages")
        self.assertEqual(
            [(each["subject"], each["message"]) for each in sent], [("[FAIL] deploy - webapi", "Key : value")]
        )
        self.refused("NotFound", sns.publish, TopicArn=self.ground["topics"]["fail"] + "x", Message="m")
        for subject in ("é", "x" * 100):
            self.refused(
                "InvalidParameter",
                sns.publish,
                TopicArn=self.ground["topics"]["fail"],
                Subject=subject,
                Message="m",
            )

    def test_conditional_writes_of_dynamodb(self):
        table = self.aws("dynamodb")
        table.create_table(
            TableName="canary_release",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        put = {
            "TableName": "canary_release",
            "Item": {"id": {"S": "a"}, "epoch": {"N": "1"}},
            "ConditionExpression": "attribute_not_exists(id)",
        }
        self.assertEqual(table.describe_table(TableName="canary_release")["Table"]["TableStatus"], "CREATING")
        self.refused("ResourceNotFoundException", table.put_item, **put)
        self.later(3)
        table.put_item(**put)
        self.refused("ConditionalCheckFailedException", table.put_item, **put)
        table.update_item(
            TableName="canary_release",
            Key={"id": {"S": "a"}},
            UpdateExpression="SET epoch = epoch + :one",
            ConditionExpression="epoch = :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        self.assertEqual(
            table.get_item(TableName="canary_release", Key={"id": {"S": "a"}})["Item"]["epoch"]["N"], "2"
        )

    def test_the_rest_of_the_surroundings(self):
        images = self.aws("ecr").describe_images(repositoryName="webapi", imageIds=[{"imageTag": "1.0.0"}])
        self.assertEqual(len(images["imageDetails"]), 1)
        self.refused(
            "ImageNotFoundException",
            self.aws("ecr").describe_images,
            repositoryName="webapi",
            imageIds=[{"imageTag": "9"}],
        )
        secret = self.aws("secretsmanager").get_secret_value(SecretId="token")
        self.assertEqual(secret["SecretString"], "s3cret")
        key = self.aws("kms").create_key()["KeyMetadata"]["Arn"]
        self.aws("kms").create_alias(AliasName="alias/app", TargetKeyId=key)
        self.assertEqual(self.aws("kms").describe_key(KeyId="alias/app")["KeyMetadata"]["Arn"], key)
        find = lambda kind: self.aws("resourcegroupstaggingapi").get_resources(
            TagFilters=[{"Key": "Environment", "Values": ["stage"]}], ResourceTypeFilters=[kind]
        )["ResourceTagMappingList"]
        self.assertEqual(
            [each["ResourceARN"].rsplit("/", 1)[-1] for each in find("ec2:vpc")], [self.ground["vpc_id"]]
        )
        self.assertEqual(
            {each["ResourceARN"] for each in find("elasticloadbalancing:loadbalancer")},
            {each["arn"] for each in self.ground["balancers"]},
        )

    def test_a_connection_is_kept_and_many_requests_are_served(self):
        connection = http.client.HTTPConnection("127.0.0.1", rig.port())
        begin = time.process_time()
        for _ in range(50):
            connection.request("GET", f"/_test/clock?account={self.account}")
            self.assertEqual(connection.getresponse().read()[:1], b"{")
        self.assertLess(time.process_time() - begin, 1)
        connection.close()

    def test_any_call_can_be_made_in_json(self):
        got = self.post(
            "aws",
            {
                "service": "ecs",
                "operation": "DescribeClusters",
                "parameters": {"clusters": ["stage-ecs-cluster"]},
            },
        )
        self.assertEqual(got["clusters"][0]["clusterName"], "stage-ecs-cluster")
        with self.assertRaises(Refused):
            self.get("nothing")
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{rig.port()}/nothing")
