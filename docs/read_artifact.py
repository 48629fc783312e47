#!/usr/bin/env python3
"""Reads a signals artifact (docs/artifact.md) with nothing but Python's own library.

    python3 docs/read_artifact.py FILE                 a summary
    python3 docs/read_artifact.py FILE --csv           every row as CSV
    python3 docs/read_artifact.py FILE --write COPY    reads every column and writes the same bytes again
"""
import argparse
import hashlib
import json
import struct
import sys

MAGIC, VERSION, FIXED, DIGEST, ALIGN = b"AITSIG1\n", 1, 32, 32, 64
COLUMNS = [("time", "i64"), ("target", "f64"), ("confidence", "f64"), ("stop", "f64"), ("takeProfit", "f64"),
           ("fold", "i32")]
# Floats are kept as their 64 bits beside their value, so that a NaN is written as it was read.
CODES = {"i64": ("q", 8), "f64": ("d", 8), "i32": ("i", 4)}


class Refused(Exception):
    """Why a file is not a sound artifact."""


def read(path):
    """Returns the header and, by symbol and column name, lists of values."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < FIXED + DIGEST:
        raise Refused(f"truncated after {len(data)} bytes")
    magic, version, length, total, zero = struct.unpack_from("<8sIIQQ", data)
    if magic[:6] + magic[7:] == b"AITSIG\n" and (magic != MAGIC or version != VERSION):
        raise Refused(f"version {chr(magic[6])}, format version {version}; only {VERSION} is known")
    if magic != MAGIC:
        raise Refused("not a signals artifact")
    if total != len(data) or zero != 0 or FIXED + length > len(data) - DIGEST:
        raise Refused("a length is wrong")
    if hashlib.sha256(data[:-DIGEST]).digest() != data[-DIGEST:]:
        raise Refused("the SHA-256 at its end does not match")
    header, rows, end = json.loads(data[FIXED:FIXED + length]), {}, FIXED + length
    for asset in header["assets"]:
        if [(column["name"], column["type"]) for column in asset["columns"]] != COLUMNS:
            raise Refused(f"{asset['symbol']} has other columns")
        columns = rows[asset["symbol"]] = {}
        for column in asset["columns"]:
            code, width = CODES[column["type"]]
            if column["offset"] != (end + ALIGN - 1) // ALIGN * ALIGN:
                raise Refused(f"{column['name']} of {asset['symbol']} starts at {column['offset']}")
            columns[column["name"]] = list(struct.unpack_from(f"<{asset['rows']}{code}", data, column["offset"]))
            end = column["offset"] + width * asset["rows"]
    if end != len(data) - DIGEST:
        raise Refused("the columns do not end where the digest begins")
    return header, rows


def write(path, header, rows):
    """Writes what read() returned. The header's own spelling is kept: its numbers are the shortest that read back."""
    body = spelled(header)
    data = bytearray(FIXED) + body
    for asset in header["assets"]:
        for column in asset["columns"]:
            data += b"\0" * (column["offset"] - len(data))
            values = rows[asset["symbol"]][column["name"]]
            if column["type"] == "f64":
                data += b"".join(struct.pack("<Q", 0x7FF8 << 48) if v != v else struct.pack("<d", v) for v in values)
            else:
                data += struct.pack(f"<{len(values)}{CODES[column['type']][0]}", *values)
    struct.pack_into("<8sIIQQ", data, 0, MAGIC, VERSION, len(body), len(data) + DIGEST, 0)
    with open(path, "wb") as file:
        file.write(bytes(data) + hashlib.sha256(data).digest())


class Number(float):
    """A number that remembers how it was spelled."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def spelled(value):
    """JSON as the artifact has it: keys sorted, no white space."""
    if isinstance(value, dict):
        parts = (json.dumps(key, ensure_ascii=False).encode() + b":" + spelled(value[key]) for key in sorted(value))
        return b"{" + b",".join(parts) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(spelled, value)) + b"]"
    return value.text.encode() if isinstance(value, Number) else json.dumps(value, ensure_ascii=False).encode()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file")
    arguments.add_argument("--csv", action="store_true")
    arguments.add_argument("--write", metavar="COPY")
    options = arguments.parse_args()
    try:
        header, rows = read(options.file)
    except (Refused, OSError, ValueError, KeyError, TypeError, RecursionError, struct.error) as problem:
        sys.exit(f"{options.file}: {problem}")
    if options.write:
        with open(options.file, "rb") as file:
            data = file.read()
        length = struct.unpack_from("<I", data, 12)[0]
        write(options.write, json.loads(data[FIXED:FIXED + length], parse_float=Number), rows)
    elif options.csv:
        print("symbol," + ",".join(name for name, _ in COLUMNS))
        for symbol, columns in rows.items():
            for row in zip(*(columns[name] for name, _ in COLUMNS)):
                print(symbol + "," + ",".join("" if value != value else str(value) for value in row))
    else:
        print(f"mode {header['mode']}, seed {header['seed']}, verdict {header['verdict']}")
        for asset in header["assets"]:
            print(f"{asset['symbol']}: {asset['rows']} rows, {len(asset['folds'])} folds, "
                  f"net return {asset['statistics']['netReturn']:+.4f}")


if __name__ == "__main__":
    main()
