"""The one HTTP transport, under the service (`live`), the code hosts (`ci`) and the chats (`notify`).

    repeat --> Transport.exchange --> pool       which proxy, whose certificates, how many connections
    (retry)                           bounded    connections whose answers arrive whole in time
                                 --> failures   what an error means for the request

It knows none of them, and imports `model` and `errors` only. Proxies come from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
NO_PROXY, with a login where the address has one; loopback is never proxied; no redirect is followed, because
credentials would travel with it.
"""
