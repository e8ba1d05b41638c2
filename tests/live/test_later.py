"""The SDK without what it imports and nobody calls; and what was put off is the real thing as soon as it is used."""

from __future__ import annotations

import json

import pytest
from support.commands import Ended, python

CASES = {
    "nothing is loaded": """
assert not later.POSTPONED & set(sys.modules)
assert "alibabacloud_pai_dlc20201203.models._create_job_request" not in sys.modules
""",
    "the real client may be imported afterwards": """
import aiohttp
assert aiohttp.ClientSession.__module__ == "aiohttp.client"
assert isinstance(aiohttp.ClientTimeout(), core.aiohttp.ClientTimeout)
""",
    "a stand-in is the real module when it is used": """
assert core.aiohttp.ClientTimeout(total=3).total == 3
assert "aiohttp" in sys.modules
""",
    "what waits asynchronously does so": """
import asyncio
started = asyncio.new_event_loop()
started.run_until_complete(core.DaraCore.sleep_async(0.01))
started.close()
assert core.asyncio.sleep is asyncio.sleep
""",
    "the encoding of an answer is found": """
import requests
assert "charset_normalizer" not in sys.modules
answer = requests.Response()
answer._content = "这是一个用来测试编码的句子。".encode("gb18030") * 20
assert answer.apparent_encoding.lower() in ("gb18030", "gb2312", "gbk")
""",
    "a profile with an RSA key signs": """
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives import serialization
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
body = "".join(pem.decode().splitlines()[1:-1])
assert len(utils.rsa_sign(b"text", body)) == 256
""",
    "another thread meanwhile waits for the real package": """
import threading
made = []
def other():
    import asyncio
    made.append(type("Protocol", (asyncio.Protocol,), {}))
with later.postponed():
    import asyncio
    assert type(asyncio.Protocol) is later._Name
    thread = threading.Thread(target=other)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
thread.join()
import asyncio
assert issubclass(made[0], asyncio.Protocol)
""",
    "a model is loaded when it is asked for": """
assert models.CreateJobRequest(user_command="x").to_map()["UserCommand"] == "x"
assert models.CreateJobRequest.__module__.endswith("._create_job_request")
assert not hasattr(models, "NoSuchModel")
""",
    "every model is found": """
import alibabacloud_pai_dlc20201203, pathlib
names = pathlib.Path(alibabacloud_pai_dlc20201203.__path__[0], "models", "__init__.py").read_text().split("import ")[1:]
assert len([getattr(models, name.split()[0]) for name in names if name[0].isupper()]) > 200
""",
}


BEGINNING = """
import json, os, sys, traceback
from reconciler.live import later
with later.postponed():
    from alibabacloud_tea_openapi import utils
    from darabonba import core
    from reconciler.live.sdk import open_product, models_of
models = models_of("dlc")
open_product("dlc", region="cn-hangzhou", endpoint="127.0.0.1", protocol="http", credential=None, user_agent="x")
cases = json.loads(sys.argv[1])
for number, script in enumerate(cases):
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        print(json.dumps(status))
        continue
    try:
        exec(script)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
"""
"""What was loaded so far is all that a case begins with: each runs in a copy of the process that came this far."""


@pytest.fixture(scope="module")
def ended() -> Ended:
    return python("-W", "ignore", "-c", BEGINNING, json.dumps([*CASES.values()]))


@pytest.mark.parametrize("case", CASES)
def test_later(case: str, ended: Ended) -> None:
    assert ended.code == 0, ended.err
    statuses = [json.loads(line) for line in ended.out.splitlines()]
    assert dict(zip(CASES, statuses, strict=True))[case] == 0, ended.err
