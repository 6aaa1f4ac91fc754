#!/usr/bin/env python3
"""Makes a capture of traffic over two hops, always the same bytes: what instructions are counted of, and what a release
learns its usual ways from.

usage: made.py FILE [EXCHANGES (4000)] [EACH]

EACH is how many exchanges a connection lives for; without it 20 connections live through all of them.
"""
import struct, sys

out = open(sys.argv[1], "wb")
exchanges = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
each = int(sys.argv[3]) if len(sys.argv) > 3 else None
out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
clock = 0


def packet(ends, seq, ack, flags, data):
    global clock
    clock += 1
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0x4000, 64, 6, 0) + bytes(ends[0][0]) + bytes(ends[1][0])
    tcp = struct.pack(">HHIIBBHHH", ends[0][1], ends[1][1], seq, ack, 0x50, flags, 65535, 0, 0)
    frame = bytes(12) + b"\x08\x00" + ip + tcp + data
    out.write(struct.pack("<IIII", 1592129089 + clock // 10000, clock % 10000 * 100, len(frame), len(frame)) + frame)


class Talk:
    def __init__(self, number, hop):
        self.ends = (((10, 0, hop, 9 + number // 20000), 40000 + number % 20000), ((10, 0, hop + 1, 1), 8080 if hop == 0 else 9000))
        self.next = [1000 * number & 0xFFFFFFFF, 7000 * number & 0xFFFFFFFF]

    def send(self, side, flags, data=b""):
        ends = self.ends if side == 0 else self.ends[::-1]
        packet(ends, self.next[side], 0 if flags == 2 else self.next[1 - side], flags, data)
        self.next[side] = self.next[side] + len(data) + (flags & 3 != 0) & 0xFFFFFFFF

    def open(self):
        self.send(0, 2), self.send(1, 18), self.send(0, 16)

    def close(self):
        self.send(1, 17), self.send(0, 17), self.send(1, 16)


def exchange(n, hop, talk):
    trace = b"x-amzn-trace-id: Root=1-5EE5F%03X-%024X\r\nx-forwarded-for: 10.0.0.9\r\nx-forwarded-port: 8080\r\n" % (n // 100, n * 2654435761)
    agent = b"user-agent: %s\r\n" % (b"Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0" if n % 5 else b"curl/8.5.0")
    talk.send(0, 24, b"GET /items?page=%d HTTP/1.1\r\nhost: 10.0.1.1:8080\r\n%saccept: */*\r\ncookie: theme=dark; session=6f1c0c9a7f4b4b0d\r\n%s\r\n"
              % (n % 9, agent, trace if hop else b""))
    status = b"200 OK" if n % 50 else b"404 Not Found"
    talk.send(1, 24, b"HTTP/1.1 %s\r\nserver: nginx/1.22.1\r\ndate: Sun, 14 Jun 2020 10:04:%02d GMT\r\ncontent-type: application/json\r\ncontent-length: %d\r\nx-request-id: %032x\r\n\r\n%s"
              % (status, n // 400 % 60, 40 + n % 3, n * 40503, b"x" * (40 + n % 3)))
    talk.send(0, 16)


def talks(number):
    return [Talk(number, hop) for hop in (0, 1)]


if each is None:
    kept = [talks(number) for number in range(20)]
    for talk in sum(kept, []):
        talk.open()
    for n in range(exchanges):
        for hop, talk in enumerate(kept[n * 7 % 20]):
            exchange(n, hop, talk)
    for talk in sum(kept, []):
        talk.close()
else:
    for first in range(0, exchanges, each):
        for hop, talk in enumerate(talks(first // each)):
            talk.open()
            for n in range(first, min(first + each, exchanges)):
                exchange(n, hop, talk)
            talk.close()
