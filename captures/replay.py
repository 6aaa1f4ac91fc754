#!/usr/bin/env python3
"""The conversations that record.sh plays between its network namespaces.

    replay.py list                     one line a capture: path, who records, the server, the client of each connection
    replay.py serve CAPTURE            be the server of every connection of that capture, then exit
    replay.py send CAPTURE NUMBER      be the client of that connection, counted from 0

What is said stands in messages.py. Everything is fixed text, so a new recording differs in times, sequence numbers and
checksums only.
"""
import socket
import sys
import time

sys.dont_write_bytecode = True
from messages import *  # noqa: E402, F403


# ── captures: path → connections; a connection is (client address, client port, server address, server port, exchanges); an
#    exchange is what client and server say in turn ──
def checks(target, port, host, first_port):
    """Both nodes check the target, twice each, on a connection a check."""
    return [
        (node, first_port + i, target, port, [(health_check(host), response(close=True))])
        for i, node in enumerate([ALB_A, ALB_C, ALB_A, ALB_C])
    ]


NOTE_TRACE = "Root=1-5ee58a8f-ddc1e7f02f0142206947f2a0"
NOTE_CHAIN = "Self=1-5ee5a43c-dd74d6339c12b241bc3c6a38;Root=1-5ee5a43c-1bbb2733e2f4da50ca3b3d4d"

NOTE_EVENT = event(came_in("Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0", CLIENT), epoch=1592129089612, source=CLIENT,
                   request_id="b66fce5c-943e-46cd-b965-dc98eef6c8c1", apigw_id="OHNqRHJjtjMFpvg=")
CF_IDS = ["q7hK2vXw9ZbNcR4tYpLmJdFgS1aEoUi3x8TzW5kQvBnMrHyG6jDsPA==", "Zx1cV5bN8mQ2wE4rT6yU0iO3pA7sD9fG-hJ_kLqWeRtYuIoPaSdFgA=="]


def edge_event(forwarded_for):
    return event(came_in("Root=1-5ee5f64b-1f3d5b7a9c0e2d4f6a8b0c1e", forwarded_for, *at_the_edge(CF_IDS[0])), epoch=1592129099950,
                 request_id="c5d70f3a-8e42-4b96-a1c7-6f09e2d4b813", apigw_id="OHNr6HLXNjMFTbA=", source=OTHER_CLIENT)


CAPTURES = {
    "aws/alb/health-check/instance-port-8000.pcap": checks(TARGET, 8000, f"{TARGET}:8000", 41022),
    "aws/alb/health-check/ip-port-8000.pcap": checks(TARGET_IP, 8000, f"{TARGET_IP}:8000", 41122),
    "aws/alb/health-check/port-80-without-port.pcap": checks(TARGET, 80, TARGET, 41222),
    "aws/alb/forward/append.pcap": [
        (ALB_A, 42022, TARGET, 8000, [(forwarded(CLIENT, NOTE_TRACE), response())]),
    ],
    "aws/alb/forward/append-one-came-in.pcap": [
        (ALB_C, 42122, TARGET, 8000, [
            (forwarded(f"{CLIENT}, {PROXY}", "Root=1-5ee58a90-0f3b6c2d91e84a7755d0c1aa"), response()),
            (forwarded(f"192.0.2.44, {OTHER_CLIENT}, {PROXY}", "Root=1-5ee58a91-7a51c0de42b94f0e9d3312bb"), response()),
        ]),
    ],
    "aws/alb/forward/preserve.pcap": [
        (ALB_A, 42222, TARGET, 8000, [(forwarded(CLIENT, "Root=1-5ee58a92-3c9d7e10ab5f4d2c8e6011cc"), response())]),
    ],
    "aws/alb/forward/remove.pcap": [
        (ALB_A, 42322, TARGET, 8000, [(forwarded(None, "Root=1-5ee58a93-51f2e8a7c06b4f9d8b7722dd"), response())]),
    ],
    "aws/alb/forward/root-came-in.pcap": [
        (ALB_C, 42422, TARGET, 8000, [
            (forwarded(CLIENT, "Self=1-5ee58a94-8e1f60b2d3c74a5590ab33ee;Root=1-5ee58a8f-ddc1e7f02f0142206947f2a0"), response()),
            (forwarded(CLIENT, "Self=1-5ee58a95-e02b7d914f6a4c3382cd44ff;Root=1-5ee58a8f-ddc1e7f02f0142206947f2a0;CalledFrom=app"),
             response()),
        ]),
    ],
    "aws/alb/forward/keep-alive.pcap": [
        (ALB_A, 42522, TARGET, 8000, [
            (forwarded(CLIENT, "Root=1-5ee58a96-1d4c8f73a2e9405b96de5501"), response()),
            (forwarded(OTHER_CLIENT, "Root=1-5ee58a96-6b8a0e25f1c34d77ba0f6612", "user-agent: Mozilla/5.0", "accept: text/html",
                       "accept-language: ja", "cookie: theme=dark", start="GET /notes?page=2 HTTP/1.1", proto="https", port="443"),
             response(b"<p>notes</p>\n", kind="text/html")),
            (forwarded("2001:db8::c1", "Root=1-5ee58a97-c95de1780a3b4f62811f7723", "User-Agent: curl/7.55.1", "Accept: */*",
                       "Content-Length: 9", "Content-Type: application/json", start="POST /notes HTTP/1.1", body=b'{"n": 1}\n'),
             response(b"", status="201 Created")),
        ]),
    ],
    "aws/api-gateway/http-via-alb/keep-alive.pcap": [
        (ALB_A, 43022, TARGET, 8000, [
            (from_gateway(NOTE_CHAIN), response(b'{"ok": true}\n', kind="application/json")),
            (from_gateway("Self=1-5ee5a43e-20c7b8e94d5f4a1183fa8834;Root=1-5ee5a43e-f4a69d033b7c4e21905d9945",
                          start="GET /notes?page=2 HTTP/1.1"),
             response(b"[]\n", kind="application/json")),
            (from_gateway("Self=1-5ee5a441-93d1f6ab0e824c5d7716aa56;Root=1-5ee5a440-5a7be0c21fd34869b3e0bb67",
                          "Content-Type: application/json", "Content-Length: 9", start="POST /notes HTTP/1.1", body=b'{"n": 1}\n'),
             response(b'{"error": "full"}\n', kind="application/json", status="503 Service Unavailable")),
        ]),
    ],
    "aws/api-gateway/http-proxy-via-alb/keep-alive.pcap": [
        (ALB_C, 43122, TARGET, 8000, [
            (through_proxy_integration(f"{CLIENT}, {EGRESS}",
                                       "Self=1-66b3bdc8-4e0d2c9b7a6f18530b9d41ce;Root=1-66b3bdc8-19f7a2655d8c40e37bb1024f",
                                       "User-Agent: curl/7.55.1", "Accept: */*"),
             response()),
            (through_proxy_integration(f"192.0.2.44, {OTHER_CLIENT}, {EGRESS}",
                                       "Self=1-66b3bdd5-b1d0c3e24f5a69788c17e0d3;Root=1-66b3bdd5-07e96bd1c24f4a8397f5e21a",
                                       "accept: application/json", "accept-encoding: gzip, deflate",
                                       "content-type: application/json", "User-Agent: test/integration", "Content-Length: 26",
                                       start="POST /notes?page=2 HTTP/1.1", body=b'{"message": "hello world"}'),
             response(b'{"ok": true}\n', kind="application/json")),
        ]),
    ],
    "aws/api-gateway/lambda/client.pcap": [
        (CLIENT, 44022, GATEWAY, 80, [
            (api_call("/test/"), lambda_response("Sun, 14 Jun 2020 09:58:34 GMT", "ac27b88f-32d7-4875-ad75-857a469c5429",
                                                 "OHMvtFxlNjMFrqQ=", "Root=1-5ee5f4ca-4a019800eff68340d5566ea0;Sampled=0")),
            (api_call("/test/"), lambda_response("Sun, 14 Jun 2020 09:58:36 GMT", "5b0c7a2e-91f4-4d38-8a6d-20e3f7c1b942",
                                                 "OHMv_G3dtjMFQ-w=", "Root=1-5ee5f4cc-7de10b3364f2c58a01b9e6d7;Sampled=1")),
        ]),
    ],
    "aws/api-gateway/lambda-proxy/regional.pcap": [
        (CLIENT, 44122, GATEWAY, 80, [
            (api_call("/test/"), echoed(NOTE_EVENT)),
            # A client with fields of its own, two of one name; X-Forwarded-For came in; traced, and slow.
            (api_call("/test/notes/7?page=2&tag=a&tag=b", "X-Forwarded-For: 192.0.2.44", "X-Note: one", "X-Note: two",
                      "Content-Type: application/json", "Content-Length: 9", method="POST", body=b'{"n": 1}\n'),
             echoed(event(came_in("Root=1-5ee5f645-0c9e1b7da2f34d6690e5b3c8", f"192.0.2.44, {CLIENT}", ("X-Note", "one"),
                                  ("X-Note", "two"), ("Content-Type", "application/json")),
                          epoch=1592129093041, request_id="0d4f6a52-7b1e-4c93-9a8d-5e60f3b7c124", apigw_id="OHNq8F4jtjMF-Yw=",
                          source=CLIENT, method="POST", path="/notes/7", resource="/notes/{id}", parameters={"id": "7"},
                          query=[("page", "2"), ("tag", "a"), ("tag", "b")], body='{"n": 1}\n'),
                    sampled="Parent=5d0c4a1be7f29386;Sampled=1", late=3)),
            # A client that sends a trace id of its own: it is kept, and is older than the request.
            (api_call("/test/", "X-Amzn-Trace-Id: Root=1-5ee5f600-2b4c9d0e1f3a5b6c7d8e9f01"),
             echoed(event(came_in("Root=1-5ee5f600-2b4c9d0e1f3a5b6c7d8e9f01", CLIENT), epoch=1592129095318,
                          request_id="e81b3c07-2d5f-4a69-b7c4-91f0d8a6e352", apigw_id="OHNrPEw_NjMF4kQ=", source=CLIENT),
                    sampled="Parent=1b9d7f5e3c2a4068;Sampled=0")),
            # One that has no User-Agent, and one slash too many in its path.
            (message("GET /test//notes HTTP/1.1", f"Host: {API_HOST}", "Accept: */*"),
             echoed(event([line for line in came_in("Root=1-5ee5f649-7d1e0f2b3c4a5968a7b6c5d4", CLIENT) if line[0] != "User-Agent"],
                          epoch=1592129097777, request_id="4c2a9e61-f0b8-4d37-8e15-a3d7c6b90f28", apigw_id="OHNrlGEcNjMFb2g=",
                          source=CLIENT, path="/notes", resource="/notes", whole_path="/test//notes"))),
        ]),
    ],
    "aws/api-gateway/lambda-proxy/edge-optimised.pcap": [
        (OTHER_CLIENT, 44222, CLOUDFRONT, 80, [
            (api_call("/test/"), echoed(edge_event(f"{OTHER_CLIENT}, {EDGE}"), edge=CF_IDS[0])),
            # X-Forwarded-For came in: the client is the last but one all the same.
            (api_call("/test/", "X-Forwarded-For: 192.0.2.44"),
             echoed(edge_event(f"192.0.2.44, {OTHER_CLIENT}, {EDGE}"), edge=CF_IDS[0], late=1)),
        ]),
    ],
    "aws/api-gateway/lambda-proxy/custom-domain.pcap": [
        (CLIENT, 44322, GATEWAY, 80, [
            (api_call("/memo/notes", host="api.example.com"),
             echoed(event(came_in("Root=1-5ee5f64f-3a5b7c9d1e0f2b4c6d8e0a1b", CLIENT, host="api.example.com"), epoch=1592129103204,
                          request_id="7f3e5d1c-9b0a-4826-a4f7-c8e2d6b05193", apigw_id="OHNsbHXJtjMFzXA=", source=CLIENT,
                          host="api.example.com", path="/memo/notes", resource="/notes", whole_path="/memo/notes"))),
        ]),
    ],
    # Called from within a network, through its endpoint.
    "aws/api-gateway/lambda-proxy/private.pcap": [
        (WITHIN, 44522, ENDPOINT, 80, [
            (api_call("/test/"),
             echoed(event(came_in("Root=1-5ee5f658-8b1d3f5a7c9e0b2d4f6a8c0e", WITHIN,
                                  *through_an_endpoint("vpc-0a1b2c3d4e5f60718", "vpce-0f1e2d3c4b5a69788")),
                          epoch=1592129112021, request_id="3e8b6f14-c27d-4a90-8b5f-d19c0e7a4f62", apigw_id="OHNtyF7HtjMFiGA=",
                          source=WITHIN,
                          endpoint={"vpcId": "vpc-0a1b2c3d4e5f60718", "vpceId": "vpce-0f1e2d3c4b5a69788"}))),
        ]),
    ],
    # A CloudFront distribution of one's own before a regional API: the API's client is CloudFront.
    "aws/api-gateway/lambda-proxy/own-cloudfront.pcap": [
        (OTHER_CLIENT, 44422, CLOUDFRONT, 80, [
            (api_call("/test/", host="d111111abcdef8.cloudfront.net"),
             echoed(event(came_in("Root=1-5ee5f653-6c8e0a2b4d5f7193b5c7d9e1", f"{OTHER_CLIENT}, {EDGE}",
                                  ("Via", f"1.1 {VIA} (CloudFront)"), ("X-Amz-Cf-Id", CF_IDS[1]), agent="Amazon CloudFront"),
                          epoch=1592129107590, request_id="a90c7e24-5d3b-4f18-96e0-b2f4d8c1a675", apigw_id="OHNtFGzPtjMF9hw=",
                          source=EDGE), edge=CF_IDS[1])),
        ]),
    ],
    "aws/s3/rest/signed.pcap": [
        (CLIENT, 45022, STORE, 80, [
            (put("20191117T001244Z", "/sample.txt", b"hoge\n"), stored("20191117T001244Z", 1, tag(b"hoge\n"))),
            (signed("GET", "/sample.txt", "20191117T001245Z"),
             stored("20191117T001245Z", 2, "Last-Modified: Sun, 17 Nov 2019 00:12:44 GMT", tag(b"hoge\n"), "Accept-Ranges: bytes",
                    "Content-Type: application/octet-stream", body=b"hoge\n")),
            (signed("HEAD", "/sample.txt", "20191117T001245Z"),
             stored("20191117T001245Z", 3, "Last-Modified: Sun, 17 Nov 2019 00:12:44 GMT", tag(b"hoge\n"), "Accept-Ranges: bytes",
                    "Content-Type: application/octet-stream", length=5)),
            (signed("GET", "/sample.txt", "20191117T001246Z", "Range: bytes=1-2"),
             stored("20191117T001246Z", 4, "Last-Modified: Sun, 17 Nov 2019 00:12:44 GMT", tag(b"hoge\n"), "Accept-Ranges: bytes",
                    "Content-Range: bytes 1-2/5", "Content-Type: application/octet-stream", status="206 Partial Content",
                    body=b"og")),
            (signed("DELETE", "/sample.txt", "20191117T001247Z"), stored("20191117T001247Z", 5, status="204 No Content")),
            (signed("GET", "/sample.txt", "20191117T001248Z"), refused("20191117T001248Z", 6, "404 Not Found", "NoSuchKey")),
        ]),
    ],
    # The global endpoint, whose name has no region, and temporary credentials.
    "aws/s3/rest/global-endpoint.pcap": [
        (CLIENT, 45122, STORE, 80, [
            (put("20191117T001301Z", "/sample.txt", b"hoge\n", host="hopspec-notes.s3.amazonaws.com"),
             stored("20191117T001301Z", 11, tag(b"hoge\n"), late=1)),
            (signed("GET", "/hopspec-notes/sample.txt", "20191117T001302Z", f"x-amz-security-token: {SESSION}",
                    host="s3.amazonaws.com", signer=Signer("20191117T001302Z", key_id=SESSION_KEY_ID)),
             stored("20191117T001302Z", 12, "Last-Modified: Sun, 17 Nov 2019 00:13:01 GMT", tag(b"hoge\n"), "Accept-Ranges: bytes",
                    "Content-Type: application/octet-stream", body=b"hoge\n")),
            (signed("GET", "/sample.txt", "20191117T001303Z", host="hopspec-notes.s3.us-east-2.amazonaws.com",
                    signer=Signer("20191117T001303Z", region="us-east-2")),
             refused("20191117T001303Z", 13, "301 Moved Permanently", "PermanentRedirect", "x-amz-bucket-region: ap-northeast-1",
                     more="<Endpoint>hopspec-notes.s3.ap-northeast-1.amazonaws.com</Endpoint>")),
        ]),
    ],
    "aws/s3/rest/100-continue.pcap": [
        (CLIENT, 45222, STORE, 80, [
            continued(put("20191117T001402Z", "/sample.txt", b"hoge\n", "Expect: 100-continue"),
                      stored("20191117T001402Z", 21, tag(b"hoge\n"))),
        ]),
    ],
    "aws/s3/rest/presigned.pcap": [
        (OTHER_CLIENT, 45322, STORE, 80, [
            (presigned("PUT", "/dir/hello%20world.txt", "20251120T081102Z", "Content-Type: text/plain",
                       unsigned=("Content-Length: 6",), body=b"hello\n"),
             stored("20251120T081102Z", 31, "x-amz-server-side-encryption: AES256", tag(b"hello\n"), late=7)),
            (presigned("GET", "/dir/hello%20world.txt", "20251120T081103Z", expires=604800),
             stored("20251120T081103Z", 32, "Last-Modified: Thu, 20 Nov 2025 08:11:09 GMT", tag(b"hello\n"),
                    "x-amz-server-side-encryption: AES256", "Accept-Ranges: bytes", "Content-Type: text/plain", late=86400,
                    body=b"hello\n")),
            (presigned("GET", "/dir/hello%20world.txt", "20251120T081104Z", expires=60),
             refused("20251120T081104Z", 33, "403 Forbidden", "AccessDenied", late=3600)),
        ]),
    ],
    "aws/s3/rest/aws-chunked.pcap": [
        (CLIENT, 45422, STORE, 80, [
            (in_chunks("20251120T081201Z", "/parts.bin", [b"a" * 600, b"b" * 24]),
             stored("20251120T081201Z", 41, "x-amz-server-side-encryption: AES256", tag(b"a" * 600 + b"b" * 24))),
            (in_chunks("20251120T081202Z", "/parts.bin", [b"hello, ", b"notes"], trailer=True),
             stored("20251120T081202Z", 42, "x-amz-server-side-encryption: AES256", tag(b"hello, notes"),
                    f"x-amz-checksum-crc32: {crc32(b'hello, notes')}", "x-amz-checksum-type: FULL_OBJECT")),
        ]),
    ],
    # Entity tags that are no MD5 of the body: encrypted with a key of KMS, and put together from parts.
    "aws/s3/rest/other-etags.pcap": [
        (CLIENT, 45522, STORE, 80, [
            (put("20251120T081301Z", "/secret.txt", b"hoge\n", "x-amz-server-side-encryption: aws:kms"),
             stored("20251120T081301Z", 51, "x-amz-server-side-encryption: aws:kms",
                    "x-amz-server-side-encryption-aws-kms-key-id: arn:aws:kms:ap-northeast-1:999999999999:key/"
                    "5b0c7a2e-91f4-4d38-8a6d-20e3f7c1b942", tag(b"not the body"))),
            (put("20251120T081302Z", "/two.bin?partNumber=1&uploadId=VXBsb2FkIElE", b"one part\n"),
             stored("20251120T081302Z", 52, tag(b"one part\n"), "x-amz-server-side-encryption: AES256")),
            (signed("GET", "/two.bin", "20251120T081303Z"),
             stored("20251120T081303Z", 53, "Last-Modified: Thu, 20 Nov 2025 08:13:03 GMT",
                    'ETag: "9b2cf535f27731c974343645a3985328-2"', "x-amz-server-side-encryption: AES256", "Accept-Ranges: bytes",
                    "Content-Type: application/octet-stream", body=b"one part\nand another\n")),
        ]),
    ],
    "aws/s3/rest/public.pcap": [
        (OTHER_CLIENT, 45622, STORE, 80, [
            (message("GET /index.html HTTP/1.1", f"Host: {BUCKET_HOST}", AGENT, "Accept: */*"),
             stored("20251120T081401Z", 61, "Last-Modified: Thu, 20 Nov 2025 08:00:00 GMT", tag(b"<p>notes</p>\n"),
                    "x-amz-server-side-encryption: AES256", "Accept-Ranges: bytes", "Content-Type: text/html",
                    body=b"<p>notes</p>\n")),
            (message("GET /private.html HTTP/1.1", f"Host: {BUCKET_HOST}", AGENT, "Accept: */*"),
             refused("20251120T081402Z", 62, "403 Forbidden", "AccessDenied")),
        ]),
    ],
}


# ── the two ends ─────────────────────────────────────────────────────────────────────────────────────────────────────
def read_exactly(sock, length):
    data = b""
    while len(data) < length:
        more = sock.recv(length - len(data))
        if not more:
            raise SystemExit("the connection ended early")
        data += more
    return data


def turns(exchanges):
    """What the client says, and what the server says to that."""
    return [pair for said in exchanges for pair in zip(said[::2], said[1::2], strict=True)]


def serve(connections):
    listeners = {}
    for _, _, address, port, _ in connections:
        if (address, port) not in listeners:
            listeners[address, port] = socket.create_server((address, port))
    print("ready", flush=True)
    for client, client_port, address, port, exchanges in connections:
        sock, peer = listeners[address, port].accept()
        if peer != (client, client_port):
            raise SystemExit(f"{client}:{client_port} was expected, {peer} came")
        for request, answer in turns(exchanges):
            if read_exactly(sock, len(request)) != request:
                raise SystemExit("another request came")
            sock.sendall(answer)
        if b"\r\nConnection: close\r\n" not in exchanges[-1][-1]:
            sock.recv(1)  # until the client closes
        sock.close()


def send(connection):
    client, client_port, server, port, exchanges = connection
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((client, client_port))
    sock.connect((server, port))
    for request, answer in turns(exchanges):
        sock.sendall(request)
        if read_exactly(sock, len(answer)) != answer:
            raise SystemExit("another response came")
        time.sleep(0.02)
    if b"\r\nConnection: close\r\n" in exchanges[-1][-1]:
        sock.recv(1)
    sock.close()


def main():
    match sys.argv[1:]:
        case ["list"]:
            for path, connections in CAPTURES.items():
                clients = " ".join(f"{c[0]}" for c in connections)
                recorder = "client" if connections[0][2] in (GATEWAY, ENDPOINT, CLOUDFRONT, STORE) else "server"
                print(path, recorder, connections[0][2], clients)
        case ["serve", path]:
            serve(CAPTURES[path])
        case ["send", path, number]:
            send(CAPTURES[path][int(number)])
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
