"""The messages that replay.py plays: what the nodes of each system say.

Requests of the published note are kept byte for byte; what the note masks, and what it does not show, is filled in (see
README.md). Everything here is fixed text: signatures are made with the key that AWS's documentation uses.
"""
import base64
import calendar
import hashlib
import hmac
import json
import time
import zlib
from urllib.parse import quote

# ── nodes ────────────────────────────────────────────────────────────────────────────────────────────────────────────
ALB_A, ALB_C = "10.0.1.5", "10.0.2.9"  # a load balancer has a node in each of its zones
TARGET, TARGET_IP = "10.0.10.7", "10.0.11.20"  # registered by instance, registered by address
CLIENT, OTHER_CLIENT, PROXY = "203.0.113.25", "203.0.113.77", "198.51.100.8"
GATEWAY = "198.51.100.80"  # where a client reaches API Gateway
WITHIN, ENDPOINT = "10.0.12.25", "10.0.12.90"  # in a network, a client of a private API and the endpoint that it calls
CLOUDFRONT = "198.51.100.81"  # where it reaches an edge-optimised API
STORE = "198.51.100.90"  # where it reaches S3
EGRESS = "3.112.163.59"  # where API Gateway calls from, as the note shows it
EDGE = "192.0.2.130"  # where CloudFront calls from

ALB_HOST = "notes-alb-104729351.ap-northeast-1.elb.amazonaws.com"
API_ID = "a1b2c3d4e5"
API_HOST = f"{API_ID}.execute-api.ap-northeast-1.amazonaws.com"


def message(*lines, body=b""):
    return "".join(line + "\r\n" for line in lines).encode("ascii") + b"\r\n" + body


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def health_check(host, path="/"):
    return message(
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Connection: close",
        "User-Agent: ELB-HealthChecker/2.0",
        "Accept-Encoding: gzip, compressed",
    )


def forwarded(xff, trace, *own, start="GET / HTTP/1.1", body=b"", proto="http", port="80"):
    lines = [start]
    if xff is not None:
        lines.append(f"X-Forwarded-For: {xff}")
    lines += [f"X-Forwarded-Proto: {proto}", f"X-Forwarded-Port: {port}", f"Host: {ALB_HOST}", f"X-Amzn-Trace-Id: {trace}"]
    return message(*lines, *(own or ("User-Agent: curl/7.55.1", "Accept: */*")), body=body)


def from_gateway(trace, *own, start="GET / HTTP/1.1", body=b""):
    return forwarded(
        EGRESS,
        trace,
        f"x-amzn-apigateway-api-id: {API_ID}",
        f"User-Agent: AmazonAPIGateway_{API_ID}",
        "Accept: application/json",
        *own,
        start=start,
        body=body,
    )


def through_proxy_integration(xff, trace, *own, start="GET / HTTP/1.1", body=b""):
    """With HTTP proxy integration the client's own lines pass, and API Gateway's come behind them."""
    return forwarded(xff, trace, *own, f"x-amzn-apigateway-api-id: {API_ID}", start=start, body=body)


# ── responses of the target: not in the note ─────────────────────────────────────────────────────────────────────────
def response(body=b"ok\n", *, close=False, status="200 OK", kind="text/plain"):
    end = ("Connection: close",) if close else ()
    return message(f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *end, body=body)


def lambda_response(date, request_id, apigw_id, trace):
    body = b'{"statusCode": 200, "headers": {"Content-Type": "application/json; charset=utf-8"}, "body": "{}"}'
    assert len(body) == 97, "the Content-Length that the note shows"
    return message(
        "HTTP/1.1 200 OK",
        f"Date: {date}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: keep-alive",
        f"x-amzn-RequestId: {request_id}",
        f"x-amz-apigw-id: {apigw_id}",
        f"X-Amzn-Trace-Id: {trace}",
        body=body,
    )


def api_call(path, *own, method="GET", host=API_HOST, agent="curl/7.55.1", body=b""):
    return message(f"{method} {path} HTTP/1.1", f"Host: {host}", f"User-Agent: {agent}", "Accept: */*", *own, body=body)


# ── the event of Lambda proxy integration, which the function echoes as the response's body ──────────────────────────
IDENTITY = ("cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey",
            "cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user")


def event(headers, *, epoch, request_id, apigw_id, source, method="GET", path="/", resource="/", host=API_HOST, stage="test",
          whole_path=None, query=(), parameters=None, body=None, endpoint=None):
    """Members in the order in which the note shows them; `headers` and `query` are pairs of a name and a value."""
    def both(lines):
        many = {}
        for name, value in lines:
            many.setdefault(name, []).append(value)
        return ({name: values[-1] for name, values in many.items()}, many) if many else (None, None)

    (single, multi), (query_single, query_multi) = both(sorted(headers, key=lambda line: line[0])), both(query)
    identity = dict.fromkeys(IDENTITY)
    identity["sourceIp"], identity["userAgent"] = source, single.get("User-Agent")
    identity.update(endpoint or {})
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": single,
        "multiValueHeaders": multi,
        "queryStringParameters": query_single,
        "multiValueQueryStringParameters": query_multi,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "bwmpj1",
            "resourcePath": resource,
            "httpMethod": method,
            "extendedRequestId": apigw_id,
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(epoch // 1000)),
            "path": whole_path or f"/{stage}{path}",
            "accountId": "999999999999",
            "protocol": "HTTP/1.1",
            "stage": stage,
            "domainPrefix": host.split(".")[0],
            "requestTimeEpoch": epoch,
            "requestId": request_id,
            "identity": identity,
            "domainName": host,
            "apiId": API_ID,
        },
        "body": body,
        "isBase64Encoded": False,
    }


def came_in(trace, xff, *own, host=API_HOST, agent="curl/7.55.1"):
    """The fields of an event: the client's, and those that API Gateway makes."""
    return [("Accept", "*/*"), ("Host", host), ("User-Agent", agent), ("X-Amzn-Trace-Id", trace), ("X-Forwarded-For", xff),
            ("X-Forwarded-Port", "443"), ("X-Forwarded-Proto", "https"), *own]


VIA = "3f8c21d07be64a95b1d2c0ef7a6b4d18.cloudfront.net"


def at_the_edge(cf_id):
    """What CloudFront adds to a request before an edge-optimised API sees it."""
    return [("CloudFront-Forwarded-Proto", "https"), ("CloudFront-Is-Desktop-Viewer", "true"),
            ("CloudFront-Is-Mobile-Viewer", "false"), ("CloudFront-Is-SmartTV-Viewer", "false"),
            ("CloudFront-Is-Tablet-Viewer", "false"), ("CloudFront-Viewer-ASN", "64496"), ("CloudFront-Viewer-Country", "JP"),
            ("Via", f"1.1 {VIA} (CloudFront)"), ("X-Amz-Cf-Id", cf_id)]


def through_an_endpoint(network, endpoint):
    """What a private API adds: the network and the endpoint in it that were called through."""
    return [("x-amzn-cipher-suite", "ECDHE-RSA-AES128-GCM-SHA256"), ("x-amzn-tls-version", "TLSv1.2"),
            ("x-amzn-vpc-id", network), ("x-amzn-vpce-config", "1"), ("x-amzn-vpce-id", endpoint)]


def echoed(seen, *, sampled="Sampled=0", late=0, edge=None):
    """The response, `late` seconds after the request. `edge` is the request's id at CloudFront, which adds lines of its own."""
    context, body = seen["requestContext"], json.dumps(seen, indent=2).encode("ascii")
    date = [f"Date: {http_date(context['requestTimeEpoch'] // 1000 + late)}"]
    framing = ["Content-Type: application/json; charset=utf-8", f"Content-Length: {len(body)}", "Connection: keep-alive"]
    ids = [f"x-amzn-RequestId: {context['requestId']}", f"x-amz-apigw-id: {context['extendedRequestId']}",
           f"X-Amzn-Trace-Id: {seen['headers']['X-Amzn-Trace-Id']};{sampled}"]
    if edge is None:
        return message("HTTP/1.1 200 OK", *date, *framing, *ids, body=body)
    return message("HTTP/1.1 200 OK", *framing, *date, *ids, "X-Cache: Miss from cloudfront", f"Via: 1.1 {VIA} (CloudFront)",
                   "X-Amz-Cf-Pop: NRT57-P4", f"X-Amz-Cf-Id: {edge}", body=body)


def http_date(seconds):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))


# ── Amazon S3 ────────────────────────────────────────────────────────────────────────────────────────────────────────
BUCKET_HOST = "hopspec-notes.s3.ap-northeast-1.amazonaws.com"
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # of AWS's documentation
SESSION_KEY_ID, SESSION = "ASIAIOSFODNN7EXAMPLE", "FwoGZXIvYXdzEXAMPLE"
EMPTY = hashlib.sha256(b"").hexdigest()
AGENT = "User-Agent: notes/1.0"


class Signer:
    """AWS Signature Version 4, as Amazon S3 wants it."""

    def __init__(self, stamp, region="ap-northeast-1", key_id=KEY_ID):
        self.stamp, self.key_id = stamp, key_id
        self.scope = f"{stamp[:8]}/{region}/s3/aws4_request"
        self.key = f"AWS4{SECRET}".encode()
        for part in self.scope.split("/"):
            self.key = hmac.new(self.key, part.encode(), hashlib.sha256).digest()

    def sign(self, algorithm, *lines):
        text = "\n".join([algorithm, self.stamp, self.scope, *lines])
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def request(self, method, target, lines, payload):
        """The names of the signed fields, and the signature."""
        path, _, query = target.partition("?")
        query = "&".join(sorted(part if "=" in part else f"{part}=" for part in query.split("&") if part))
        fields = sorted((line.split(": ", 1)[0].lower(), line.split(": ", 1)[1]) for line in lines)
        names = ";".join(name for name, _ in fields)
        canonical = "\n".join([method, path, query, *(f"{name}:{value}" for name, value in fields), "", names, payload])
        return names, self.sign("AWS4-HMAC-SHA256", hashlib.sha256(canonical.encode()).hexdigest())


def signed(method, target, stamp, *own, payload=EMPTY, host=BUCKET_HOST, unsigned=(), signer=None, body=b""):
    """A request whose signature is a field, with its first lines as a client of 2019 sent them; `own` lines are signed, too."""
    signer = signer or Signer(stamp)
    lines = [f"x-amz-content-sha256: {payload}", f"x-amz-date: {stamp}"]
    names, signature = signer.request(method, target, [*lines, f"Host: {host}", *own], payload)
    authorization = (f"Authorization: AWS4-HMAC-SHA256 Credential={signer.key_id}/{signer.scope}, SignedHeaders={names}, "
                     f"Signature={signature}")
    return message(f"{method} {target} HTTP/1.1", *lines, authorization, f"Host: {host}", *own, AGENT, *unsigned, body=body)


def presigned(method, path, stamp, *own, expires=300, unsigned=(), body=b""):
    """A request whose signature is part of its target."""
    signer = Signer(stamp)
    names = ";".join(sorted(["host", *(line.split(":")[0].lower() for line in own)]))
    query = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{signer.key_id}/{signer.scope}", "X-Amz-Date": stamp,
             "X-Amz-Expires": str(expires), "X-Amz-SignedHeaders": names}
    target = path + "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    _, signature = signer.request(method, target, [f"Host: {BUCKET_HOST}", *own], "UNSIGNED-PAYLOAD")
    return message(f"{method} {target}&X-Amz-Signature={signature} HTTP/1.1", f"Host: {BUCKET_HOST}", AGENT, "Accept: */*", *own,
                   *unsigned, body=body)


def put(stamp, path, body, *own, **more):
    """An upload in one piece, whose hash is signed."""
    return signed("PUT", path, stamp, *own, payload=hashlib.sha256(body).hexdigest(),
                  unsigned=(f"Content-Length: {len(body)}",), body=body, **more)


def in_chunks(stamp, path, pieces, *, trailer=False):
    """An upload in the coding aws-chunked: its chunks signed, each with the signature before it, or a checksum behind them."""
    data, signer = b"".join(pieces), Signer(stamp)
    payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER" if trailer else "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    own = ["Content-Encoding: aws-chunked", f"x-amz-decoded-content-length: {len(data)}"]
    own += ["x-amz-sdk-checksum-algorithm: CRC32", "x-amz-trailer: x-amz-checksum-crc32"] if trailer else []
    head = signed("PUT", path, stamp, *own, payload=payload, signer=signer)
    before, body = head.split(b"Signature=")[1].split(b"\r\n")[0].decode(), b""
    for piece in [*pieces, b""]:
        if trailer:
            body += b"%x\r\n%s" % (len(piece), piece + b"\r\n" if piece else b"")
        else:
            before = signer.sign("AWS4-HMAC-SHA256-PAYLOAD", before, EMPTY, hashlib.sha256(piece).hexdigest())
            body += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(piece), before.encode(), piece)
    if trailer:
        body += b"x-amz-checksum-crc32:%s\r\n\r\n" % crc32(data).encode()
    return signed("PUT", path, stamp, *own, payload=payload, signer=signer, unsigned=(f"Content-Length: {len(body)}",), body=body)


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def tag(body):
    return f'ETag: "{hashlib.md5(body).hexdigest()}"'


def s3_ids(number):
    """The id of a request, and the other one."""
    other = hashlib.sha384(f"host {number}".encode()).digest() + bytes(range(8))
    return hashlib.sha256(f"request {number}".encode()).hexdigest()[:16].upper(), base64.b64encode(other).decode()


def s3_date(stamp, late):
    return f"Date: {http_date(calendar.timegm(time.strptime(stamp, '%Y%m%dT%H%M%SZ')) + late)}"


def stored(stamp, number, *own, status="200 OK", body=b"", length=None, late=0):
    """S3's answer to a request of that time, `late` seconds later; `own` lines stand before Content-Length."""
    request_id, other = s3_ids(number)
    framing = [] if status.startswith("204") else [f"Content-Length: {len(body) if length is None else length}"]
    return message(f"HTTP/1.1 {status}", f"x-amz-id-2: {other}", f"x-amz-request-id: {request_id}", s3_date(stamp, late), *own,
                   *framing, "Server: AmazonS3", body=body)


def refused(stamp, number, status, code, *own, more="", late=0):
    """S3's error: XML that repeats both ids. Its first two lines stand the other way round."""
    request_id, other = s3_ids(number)
    xml = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>{more}<RequestId>{request_id}</RequestId>'
           f"<HostId>{other}</HostId></Error>").encode("ascii")
    return message(f"HTTP/1.1 {status}", *own, f"x-amz-request-id: {request_id}", f"x-amz-id-2: {other}",
                   "Content-Type: application/xml", "Transfer-Encoding: chunked", s3_date(stamp, late), "Server: AmazonS3",
                   body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(xml), xml))


def continued(request, answer):
    """The exchange of a client that waits for 100 (Continue) before it sends the body."""
    head, _, body = request.partition(b"\r\n\r\n")
    return (head + b"\r\n\r\n", message("HTTP/1.1 100 Continue"), body, answer)
