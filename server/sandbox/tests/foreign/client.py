"""A client of Amazon's as anybody would write it, with AWS's SDK for Python and no line for the sandbox: it provisions two
tenants, sends, is refused where it must be, and reads events and received mail. Where the services are, the environment says."""

import base64
import email
import json
import sys
import time
from email.message import EmailMessage

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-east-1"
ACCOUNT = "123456789012"
OTHER = "210987654321"
REPLIES = "r@in.ownlane.example"

config = Config(region_name=REGION, retries={"total_max_attempts": 1})
ses = boto3.client("sesv2", config=config)
sqs = boto3.client("sqs", config=config)
s3 = boto3.client("s3", config=config)


def arn(kind, name, service="ses"):
    separator = ":" if service in ("sqs", "sns") else ":" + kind + "/"
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}{separator}{name}"


def provision(tenant, domain, topic):
    made = ses.create_tenant(
        TenantName=tenant,
        Tags=[{"Key": "team", "Value": tenant}],
        SuppressionAttributes={"SuppressionScope": "TENANT", "SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    )
    ses.create_configuration_set(ConfigurationSetName=tenant)
    ses.create_configuration_set_event_destination(
        ConfigurationSetName=tenant,
        EventDestinationName="events",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"],
            "SnsDestination": {"TopicArn": topic},
        },
    )
    identity = ses.create_email_identity(EmailIdentity=domain, ConfigurationSetName=tenant)
    assert identity["DkimAttributes"]["Tokens"], identity
    for _ in range(50):
        if ses.get_email_identity(EmailIdentity=domain)["VerifiedForSendingStatus"]:
            break
        time.sleep(0.1)
    else:
        raise AssertionError(f"{domain} does not verify")
    ses.create_tenant_resource_association(TenantName=tenant, ResourceArn=arn("identity", domain))
    ses.create_tenant_resource_association(TenantName=tenant, ResourceArn=arn("configuration-set", tenant))
    read = ses.get_tenant(TenantName=tenant)["Tenant"]
    assert read["TenantArn"] == made["TenantArn"] and read["SendingStatus"] == "ENABLED", read
    assert read["SuppressionAttributes"]["SuppressionScope"] == "TENANT", read
    return read


def send(tenant, domain, to, **changes):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Anna <anna@{domain}>", to, "A question"
    mail["Reply-To"] = REPLIES
    mail.set_content("Hello,\n\nshall we talk?\n")
    request = {
        "FromEmailAddress": f"Anna <anna@{domain}>",
        "Destination": {"ToAddresses": [to]},
        "Content": {"Raw": {"Data": mail.as_bytes()}},
        "TenantName": tenant,
        "ConfigurationSetName": tenant,
        "EmailTags": [{"Name": "team", "Value": tenant}],
    }
    request = {name: value for name, value in {**request, **changes}.items() if value is not None}
    return ses.send_email(**request)["MessageId"]


def refused(status, code, act, *parts):
    try:
        act()
    except ClientError as error:
        said = error.response
        assert said["ResponseMetadata"]["HTTPStatusCode"] == status, said
        assert said["Error"]["Code"] == code, said
        for part in parts:
            assert part in said["Error"]["Message"], said
        return
    raise AssertionError(f"not refused with {status} {code}")


def take(queue, wanted, done):
    """Receives until done(bodies), deleting in batches as a consumer does."""
    taken = []
    deadline = time.monotonic() + 20
    while not done(taken):
        assert time.monotonic() < deadline, (wanted, taken)
        messages = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageSystemAttributeNames=["All"]
        ).get("Messages", [])
        for message in messages:
            envelope = json.loads(message["Body"])
            assert envelope["Type"] == "Notification" and int(message["Attributes"]["ApproximateReceiveCount"]) == 1
            taken.append(json.loads(envelope["Message"]))
        if messages:
            entries = [{"Id": str(n), "ReceiptHandle": it["ReceiptHandle"]} for n, it in enumerate(messages)]
            assert len(sqs.delete_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == len(entries)
    return taken


def tenants_are_apart():
    topic = arn("", "team-events", "sns")
    queue = sqs.create_queue(QueueName="team-events")["QueueUrl"]
    provision("north", "north.example", topic)
    provision("south", "south.example", topic)
    pages = ses.get_paginator("list_tenants").paginate(PaginationConfig={"PageSize": 1})
    names = [tenant["TenantName"] for page in pages for tenant in page["Tenants"]]
    assert sorted(names) == ["north", "south"], names
    refused(400, "AlreadyExistsException", lambda: ses.create_tenant(TenantName="north"))

    # One team has no way through the other's.
    missing = arn("identity", "south.example")
    refused(403, "AccessDeniedException", lambda: send("north", "south.example", "x@b.example"), missing)
    foreign_set = lambda: send("north", "north.example", "x@b.example", ConfigurationSetName="south")
    refused(403, "AccessDeniedException", foreign_set, arn("configuration-set", "south"))
    refused(404, "NotFoundException", lambda: send("west", "north.example", "x@b.example"))
    refused(400, "MessageRejected", lambda: send(None, "nowhere.example", "x@b.example", EmailTags=None))
    held = lambda: ses.delete_email_identity(EmailIdentity="north.example")
    refused(400, "BadRequestException", held, "tenant associations")
    return queue


def events_come_back(queue):
    sent = {to: send("north", "north.example", to) for to in ["anna@b.example", "bounce@b.example", "complain@b.example"]}
    wanted = {
        (sent["anna@b.example"], "Send"),
        (sent["anna@b.example"], "Delivery"),
        (sent["bounce@b.example"], "Bounce"),
        (sent["complain@b.example"], "Complaint"),
    }
    kinds = lambda events: {(it["mail"]["messageId"], it["eventType"]) for it in events}
    events = take(queue, wanted, lambda events: wanted <= kinds(events))
    for event in events:
        assert event["mail"]["tags"]["ses:configuration-set"] == ["north"] and event["mail"]["tags"]["team"] == ["north"]
    bounce = next(it["bounce"] for it in events if it["eventType"] == "Bounce")
    assert bounce["bounceType"] == "Permanent", bounce
    # Who bounced stands on that tenant's list, and on nobody else's.
    listed = lambda tenant: [
        it["EmailAddress"] for it in ses.list_suppressed_destinations(TenantName=tenant)["SuppressedDestinationSummaries"]
    ]
    assert sorted(listed("north")) == ["bounce@b.example", "complain@b.example"], listed("north")
    assert listed("south") == []


def a_paused_tenant_sends_nothing():
    reference = ses.get_tenant(TenantName="north")["Tenant"]["TenantArn"]
    change = lambda status: ses.update_reputation_entity_customer_managed_status(
        ReputationEntityType="RESOURCE", ReputationEntityReference=reference, SendingStatus=status
    )
    change("DISABLED")
    entity = ses.get_reputation_entity(ReputationEntityType="RESOURCE", ReputationEntityReference=reference)
    assert entity["ReputationEntity"]["SendingStatusAggregate"] == "DISABLED", entity
    try:
        send("north", "north.example", "anna@b.example")
        raise AssertionError("a paused tenant sent")
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), error.response
    send("south", "south.example", "anna@b.example")
    change("REINSTATED")
    send("north", "north.example", "anna@b.example")


def answers_arrive():
    queue = sqs.get_queue_url(QueueName="ownlane-replies")["QueueUrl"]
    sent = send("south", "south.example", "interested.dora@b.example")
    (news,) = take(queue, "an answer", lambda taken: len(taken) == 1)
    assert news["notificationType"] == "Received" and news["receipt"]["recipients"] == [REPLIES], news
    action = news["receipt"]["action"]
    objects = s3.list_objects_v2(Bucket=action["bucketName"], Prefix=action["objectKeyPrefix"])["Contents"]
    assert [it["Key"] for it in objects] == [action["objectKey"]], objects
    found = s3.get_object(Bucket=action["bucketName"], Key=action["objectKey"])
    raw = found["Body"].read()
    assert len(raw) == found["ContentLength"] == objects[0]["Size"]
    answer = email.message_from_bytes(raw)
    assert sent in answer["In-Reply-To"] and "dora@b.example" in answer["From"], answer.as_string()
    s3.delete_object(Bucket=action["bucketName"], Key=action["objectKey"])
    refused(404, "NoSuchKey", lambda: s3.get_object(Bucket=action["bucketName"], Key=action["objectKey"]))


def what_is_malformed_is_refused():
    other = boto3.client("sesv2", config=config.merge(Config(parameter_validation=False)))
    refused(400, "BadRequestException", lambda: other.create_tenant())
    content = {"Raw": {"Data": base64.b64encode(b"x")}}
    refused(400, "BadRequestException", lambda: ses.send_email(Content=content))
    wrong = lambda: sqs.receive_message(QueueUrl="http://localhost/123456789012/nowhere")
    refused(400, "AWS.SimpleQueueService.NonExistentQueue", wrong)


def another_account_is_apart():
    sts = boto3.client("sts", config=config)
    assume = lambda external_id: sts.assume_role(
        RoleArn=f"arn:aws:iam::{OTHER}:role/mail", RoleSessionName="client", ExternalId=external_id
    )
    refused(403, "AccessDenied", lambda: assume("wrong"))
    keys = assume("the-right-one")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    assert session.client("sts", config=config).get_caller_identity()["Account"] == OTHER
    theirs = session.client("sesv2", config=config)
    assert theirs.list_tenants()["Tenants"] == []
    assert f":{OTHER}:" in theirs.create_tenant(TenantName="a")["TenantArn"]
    assert len(ses.list_tenants()["Tenants"]) == 2


queue = tenants_are_apart()
events_come_back(queue)
a_paused_tenant_sends_nothing()
answers_arrive()
what_is_malformed_is_refused()
another_account_is_apart()
print(f"boto3 {boto3.__version__}: all as it should be", file=sys.stdout)
