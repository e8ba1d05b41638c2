"""A TLS server on loopback that answers every request alike after a while, and counts handshakes.

`python -m tests.benchmarks._tls CERTIFICATE SECONDS` prints its port, then the number of connections it has seen for
each line on its standard input.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

CONTENT = json.dumps({"JobType": "PyTorchJob", "UserCommand": "x" * 3900})
BODY = json.dumps(
    {
        "RequestId": "R",
        "TemplateId": "tpl1",
        "TemplateName": "t",
        "DefaultVersion": 1,
        "TotalCount": 1,
        "Versions": [{"Version": 1, "Content": CONTENT}],
    }
).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


async def main() -> None:
    """Serve until the input ends."""
    certificate, wait = sys.argv[1], float(sys.argv[2])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1  # called once the handshake is over
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(wait)
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(connections, flush=True)
        connections = 0


if __name__ == "__main__":
    asyncio.run(main())
