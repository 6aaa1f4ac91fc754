#!/usr/bin/env python3
"""Writes the events that functions log of the requests in replay.py and messages.py: run it in this folder."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
from messages import *  # noqa: E402, F403
from replay import CAPTURES, NOTE_EVENT  # noqa: E402

HERE = pathlib.Path(__file__).parent


def write(path, text):
    path = HERE / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def echoed_events(path):
    """The events that the responses of a capture echo."""
    bodies = [answer.split(b"\r\n\r\n", 1)[1] for *_, exchanges in CAPTURES[path] for _, answer in exchanges]
    return [json.loads(body) for body in bodies]


def logged(seen, function_request):
    """What `aws logs filter-log-events` prints of one call of a function of Node that logs its event."""
    at = seen["requestContext"]["requestTimeEpoch"]
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03}Z"
    lines = [
        f"START RequestId: {function_request} Version: $LATEST\n",
        f"{stamp}\t{function_request}\tINFO\t{json.dumps(seen)}\n",
        f"END RequestId: {function_request}\n",
        f"REPORT RequestId: {function_request}\tDuration: 1.42 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 64 MB\t\n",
    ]
    return [
        {"logStreamName": "2020/06/14/[$LATEST]0123456789abcdef0123456789abcdef", "timestamp": at + number, "message": line,
         "ingestionTime": at + 2000, "eventId": f"{at}{number:04}"}
        for number, line in enumerate(lines)
    ]


def of_balancer(path, headers, *, method="GET", query=None, body="", many=False):
    """The event of an Application Load Balancer, whose names are in lower case."""
    headers = {name.lower(): value for name, value in headers}
    event = {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:ap-northeast-1:999999999999:targetgroup/"
                                                     "notes/0123456789abcdef"}},
        "httpMethod": method,
        "path": path,
    }
    lists = {name: value if isinstance(value, list) else [value] for name, value in headers.items()}
    if many:
        event |= {"multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()},
                  "multiValueHeaders": lists}
    else:
        event |= {"queryStringParameters": query or {}, "headers": {name: values[-1] for name, values in lists.items()}}
    return event | {"body": body, "isBase64Encoded": False}


def passed_through(seen):
    """The same request through the template "Method request passthrough" of a method without proxy integration."""
    context, identity = seen["requestContext"], seen["requestContext"]["identity"]
    return {
        "body-json": json.loads(seen["body"]) if seen["body"] else {},
        "params": {"path": seen["pathParameters"] or {}, "querystring": seen["queryStringParameters"] or {},
                   "header": seen["headers"]},
        "stage-variables": {},
        "context": {
            "account-id": "", "api-id": context["apiId"], "api-key": "", "authorizer-principal-id": "", "caller": "",
            "cognito-authentication-provider": "", "cognito-authentication-type": "", "cognito-identity-id": "",
            "cognito-identity-pool-id": "", "http-method": seen["httpMethod"], "stage": context["stage"],
            "source-ip": identity["sourceIp"], "user": "", "user-agent": identity["userAgent"] or "", "user-arn": "",
            "request-id": context["requestId"], "resource-id": context["resourceId"], "resource-path": context["resourcePath"],
        },
    }


def text_of(answer):
    return answer.decode("ascii").replace("\r\n", "\n") + "\n"


def main():
    proxy = "aws/api-gateway/lambda-proxy"
    export = {"events": logged(NOTE_EVENT, "7c1f0e5a-3b2d-4f69-8a17-d0c9e4b62f35"), "searchedLogStreams": []}
    write(f"{proxy}/logged/function.json", json.dumps(export, indent=1) + "\n")
    write(f"{proxy}/logged/client.txt", text_of(echoed(NOTE_EVENT)))
    regional = echoed_events(f"{proxy}/regional.pcap")
    # Not the one whose client sent an old trace id: an event alone cannot tell that.
    events = [regional[1], regional[3]]
    for name in ["edge-optimised", "custom-domain", "private", "own-cloudfront"]:
        events += echoed_events(f"{proxy}/{name}.pcap")
    write(f"{proxy}/events.jsonl", "".join(json.dumps(seen) + "\n" for seen in events))

    write("aws/api-gateway/lambda/passthrough.json", json.dumps([passed_through(NOTE_EVENT), passed_through(regional[1])], indent=1) + "\n")

    own = [("X-Amzn-Trace-Id", "Root=1-5ee58a8f-ddc1e7f02f0142206947f2a0"), ("X-Forwarded-For", CLIENT), ("X-Forwarded-Port", "80"),
           ("X-Forwarded-Proto", "http"), ("Host", ALB_HOST), ("User-Agent", "curl/7.55.1"), ("Accept", "*/*")]
    several = [line for line in own if line[0] != "X-Forwarded-For"]
    several += [("X-Forwarded-For", f"192.0.2.44, {CLIENT}"), ("X-Note", ["one", "two"]), ("Content-Type", "application/json")]
    events = [of_balancer("/", own), of_balancer("/notes/7", several, method="POST", query={"tag": "a%2Fb"}, body='{"n": 1}', many=True)]
    write("aws/alb/forward/function.json", json.dumps(events, indent=1) + "\n")
    check = [of_balancer("/", [("User-Agent", "ELB-HealthChecker/2.0")])]
    write("aws/alb/health-check/function.json", json.dumps(check, indent=1) + "\n")


if __name__ == "__main__":
    main()
