#!/usr/bin/env python3
"""Writes a model file that would run a command when loaded. It is never loaded here: it exists to be refused.

A pickle is a program for a small machine, and `__reduce__` puts any call into it. The command only prints, but
a scanner cannot know that and must not care. Written opcode by opcode, so that every machine writes the same bytes.
"""

import hashlib
from pathlib import Path

COMMAND = "echo this model file ran a command"

# PROTO 2; GLOBAL posix.system; BINUNICODE the command; TUPLE1; REDUCE, which is the call; STOP.
text = COMMAND.encode()
pickle = b"\x80\x02" + b"cposix\nsystem\n" + b"X" + len(text).to_bytes(4, "little") + text + b"\x85R."

file = Path(__file__).parent / "overlay/models/fraud-scorer/2026.11.5/model.pkl"
file.write_bytes(pickle)
print(f"sha256:{hashlib.sha256(pickle).hexdigest()}  {len(pickle)}  {file.name}")
