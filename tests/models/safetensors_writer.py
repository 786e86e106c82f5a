"""Writes what the safetensors package would."""

import json


def write_safetensors(path, tensors, *, dtypes=None):
    """Writes {name: array}; `dtypes` renames types, as BF16 for the numbers of an uint16 array."""
    names = {"float32": "F32", "float16": "F16", "int64": "I64", "uint16": "U16"}
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        header[name] = {
            "dtype": (dtypes or {}).get(name, names[tensor.dtype.name]),
            "shape": list(tensor.shape),
            "data_offsets": [len(body), len(body) + tensor.nbytes],
        }
        body += tensor.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
