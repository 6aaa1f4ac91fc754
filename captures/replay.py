#!/usr/bin/env python3
"""The conversations that record.sh plays between its network namespaces.

    replay.py list                     one line a capture: path, who records, the server, the client of each connection
    replay.py serve CAPTURE            be the server of every connection of that capture, then exit
    replay.py send CAPTURE NUMBER      be the client of that connection, counted from 0

Requests of the published note are kept byte for byte; what the note masks, and what it does not show, is filled in (see
README.md). Everything here is fixed text, so a new recording differs in times, sequence numbers and checksums only.
"""
import socket
import sys
import time

# ── nodes ────────────────────────────────────────────────────────────────────────────────────────────────────────────
ALB_A, ALB_C = "10.0.1.5", "10.0.2.9"  # a load balancer has a node in each of its zones
TARGET, TARGET_IP = "10.0.10.7", "10.0.11.20"  # registered by instance, registered by address
CLIENT, OTHER_CLIENT, PROXY = "203.0.113.25", "203.0.113.77", "198.51.100.8"
GATEWAY = "198.51.100.80"  # where a client reaches API Gateway
EGRESS = "3.112.163.59"  # where API Gateway calls from, as the note shows it

ALB_HOST = "notes-alb-104729351.ap-northeast-1.elb.amazonaws.com"
API_ID = "a1b2c3d4e5"


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


def api_call(path):
    return message(
        f"GET {path} HTTP/1.1",
        f"Host: {API_ID}.execute-api.ap-northeast-1.amazonaws.com",
        "User-Agent: curl/7.55.1",
        "Accept: */*",
    )


# ── captures: path → connections; a connection is (client address, client port, server address, server port, exchanges) ──
def checks(target, port, host, first_port):
    """Both nodes check the target, twice each, on a connection a check."""
    return [
        (node, first_port + i, target, port, [(health_check(host), response(close=True))])
        for i, node in enumerate([ALB_A, ALB_C, ALB_A, ALB_C])
    ]


NOTE_TRACE = "Root=1-5ee58a8f-ddc1e7f02f0142206947f2a0"
NOTE_CHAIN = "Self=1-5ee5a43c-dd74d6339c12b241bc3c6a38;Root=1-5ee5a43c-1bbb2733e2f4da50ca3b3d4d"

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
    "aws/api-gateway/lambda/client.pcap": [
        (CLIENT, 44022, GATEWAY, 80, [
            (api_call("/test/"), lambda_response("Sun, 14 Jun 2020 09:58:34 GMT", "ac27b88f-32d7-4875-ad75-857a469c5429",
                                                 "OHMvtFxlNjMFrqQ=", "Root=1-5ee5f4ca-4a019800eff68340d5566ea0;Sampled=0")),
            (api_call("/test/"), lambda_response("Sun, 14 Jun 2020 09:58:36 GMT", "5b0c7a2e-91f4-4d38-8a6d-20e3f7c1b942",
                                                 "OHMv_G3dtjMFQ-w=", "Root=1-5ee5f4cc-7de10b3364f2c58a01b9e6d7;Sampled=1")),
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
        for request, answer in exchanges:
            if read_exactly(sock, len(request)) != request:
                raise SystemExit("another request came")
            sock.sendall(answer)
        if b"\r\nConnection: close\r\n" not in exchanges[-1][1]:
            sock.recv(1)  # until the client closes
        sock.close()


def send(connection):
    client, client_port, server, port, exchanges = connection
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((client, client_port))
    sock.connect((server, port))
    for request, answer in exchanges:
        sock.sendall(request)
        if read_exactly(sock, len(answer)) != answer:
            raise SystemExit("another response came")
        time.sleep(0.02)
    if b"\r\nConnection: close\r\n" in exchanges[-1][1]:
        sock.recv(1)
    sock.close()


def main():
    match sys.argv[1:]:
        case ["list"]:
            for path, connections in CAPTURES.items():
                clients = " ".join(f"{c[0]}" for c in connections)
                recorder = "client" if connections[0][2] == GATEWAY else "server"
                print(path, recorder, connections[0][2], clients)
        case ["serve", path]:
            serve(CAPTURES[path])
        case ["send", path, number]:
            send(CAPTURES[path][int(number)])
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
