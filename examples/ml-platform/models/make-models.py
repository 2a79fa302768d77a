#!/usr/bin/env python3
"""Writes the example's model files, and with --check says whether the committed ones are what it writes.

The format is safetensors: the header's length in 8 bytes (little-endian), the header as JSON, then the tensors'
bytes. It holds numbers and no code, so loading one runs nothing. Only the standard library is used, and the same
version always gives the same bytes: the weights come from a hash of the version, not from a random generator.
Nothing here has learned anything. How a version behaves on the local stack is in the chart's values, under `lab`.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

FEATURES = {"fraud-scorer": 32, "churn-scorer": 16}
VERSIONS = {
    "fraud-scorer": ["2026.11.1", "2026.11.2", "2026.11.3", "2026.11.4"],
    "churn-scorer": ["2026.11.1", "2026.11.2"],
}


def weights(seed: str, count: int) -> list[float]:
    """`count` numbers in [-1, 1), each from its own hash."""
    return [struct.unpack("<I", hashlib.sha256(f"{seed}/{index}".encode()).digest()[:4])[0] / 2**31 - 1 for index in range(count)]


def safetensors(tensors: dict[str, list[float]], metadata: dict[str, str]) -> bytes:
    header: dict[str, object] = {"__metadata__": metadata}
    body = b""
    for name, values in tensors.items():
        data = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": [len(values)], "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # The tensors begin at a multiple of 8, as readers that map the file expect.
    return struct.pack("<Q", len(text)) + text + body


def model(service: str, version: str) -> bytes:
    seed = f"{service}/{version}"
    tensors = {"bias": weights(f"{seed}/bias", 1), "weight": weights(f"{seed}/weight", FEATURES[service])}
    return safetensors(tensors, {"model": service, "version": version, "kind": "logistic regression"})


def main() -> int:
    here = Path(__file__).parent
    check = sys.argv[1:] == ["--check"]
    stale = []
    for service, versions in VERSIONS.items():
        for version in versions:
            file = here / service / version / "model.safetensors"
            data = model(service, version)
            if check:
                if not file.is_file() or file.read_bytes() != data:
                    stale.append(str(file.relative_to(here)))
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            print(f"sha256:{hashlib.sha256(data).hexdigest()}  {len(data):>5}  {file.relative_to(here)}")
    for name in stale:
        print(f"{name} is not what make-models.py writes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
