"""Which names of keys and environment variables say that the value is secret. `in_texts` judges values.

A name is split into words (`HF_TOKEN`, `hfToken` and `hf-token` are the same two), and words decide: the hard part is
that machine learning uses "token" and "key" for harmless things.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reconciler.model.expressions import expression

_WORDS = expression(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_WORTH_A_LOOK = expression(r"pass|pwd|secret|token|cred|auth|key|cookie|ak$|sk$", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POINTERS = _words(
    "file path dir directory folder name names url uri endpoint type mode enabled disabled enable disable length len "
    "count limit limits size budget ttl timeout expiry expiration expires expire version algorithm provider policy "
    "parallelism format config items inject arn ref method required interval "
    "ratio rate dropout weight threshold batch dim dims embedding embeddings pruning merging index"
)
"""Last words that make a name point to a secret instead of holding it, such as "path"."""
_SWITCHES = _words("use enable disable require skip has is allow no")
_KEY_OWNERS = _words(
    "access api private secret signing encryption ssh auth account license master service storage app wandb deploy "
    "fernet"
)
_MODEL_TOKENS = _words(
    "pad eos bos unk mask sep cls special stop start end image video audio per max min num next page last first sub "
    "pre de prompt user assistant system cost each every new vocab begin class"
)
_TOKEN_OWNERS = _words("access auth api secret refresh bearer security session")
_AFTER_AUTH = _words("header string data basic config")
_JOINED = _words("apikey apikeys accesskey accesskeyid accesskeys secretkey privatekey sshkey authkey")
_WORKING_DIRECTORIES = frozenset({"pwd", "oldpwd"})


@lru_cache(maxsize=4096)  # kept, because thousands of manifests have the same few dozen keys
def looks_secret(key: str) -> bool:
    """Return whether a value under this key has to be treated as a secret."""
    if not _WORTH_A_LOOK.search(key):
        return False
    words = [word.lower() for word in _WORDS.findall(key)]
    if not words or words[0] in _SWITCHES or "".join(words) in _WORKING_DIRECTORIES:
        return False
    if _is_auth(words):
        return True
    if words[-1] in _POINTERS:
        return False
    return any(_is_secret_word(words, at) for at in range(len(words))) or words[-1] in ("ak", "sk", "cookie")


def _is_auth(words: list[str]) -> bool:
    """Return whether the words mean credentials: `AUTH`, `BASIC_AUTH`, `DOCKER_AUTH_CONFIG`, `Authorization`; but
    not `AUTH_MODE`."""
    if "authorization" in words:
        return words[-1] not in _POINTERS
    return "auth" in words and all(word in _AFTER_AUTH for word in words[words.index("auth") + 1 :])


def _is_secret_word(words: list[str], at: int) -> bool:
    word = words[at]
    before = words[at - 1] if at else ""
    if word in _JOINED or word in ("pwd", "secrets", "credential", "credentials", "creds"):
        return True
    if any(part in word for part in ("password", "passwd", "passphrase")) or word.endswith("secret"):
        return True
    if word in ("key", "keys"):
        return before in _KEY_OWNERS
    if word == "tokens":
        return before in _TOKEN_OWNERS
    return word.endswith("token") and (before if word == "token" else word.removesuffix("token")) not in _MODEL_TOKENS
