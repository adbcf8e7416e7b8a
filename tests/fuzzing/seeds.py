"""Inputs to begin from: a file of each kind, and one of each frame an SMSC sends."""

import gzip
import struct

import pyarrow as pa

from tests.fuzzing import usage_files
from tests.fuzzing.smpp import COMMANDS

HEADER = b"record_id,source,number,service,zone,start,quantity,sign"
ROW = b"1001,msc-1,16907910001,voice,domestic,1795363192,61,1"
CALLS = b"\n".join([HEADER, ROW, ROW.replace(b"1001", b"A-77"), ROW.replace(b",1", b",-1"), b""])
PRICED = b"\n".join([HEADER + b",charge_fen", ROW + b",15", ROW + b",", b""])
ODD = (
    CALLS + b'"broken\n' + ROW + b"\n",
    CALLS.replace(b"\n", b"\r\n") + b"\r\n\r\nbad,row\r\n",
    b"\xef\xbb\xbf" + CALLS + "坏,行\n".encode() + ROW.replace(b"voice", b"vo\x00ice") + b"\n",
    CALLS.replace(b"msc-1", b'"msc-1"') + ROW.replace(b"61", b"9" * 19) + b"\n",
    b"sign,note," + HEADER + b"\n" + b'1,"a, b",' + ROW + b"\n" + b"1,," + ROW,
)
COLUMNS = b"\n".join(
    bytes([3]) + b",".join([value] * 3)
    for value in (b"1", b"msc-1", b"16907910001", b"voice", b"free", b"1795363192", b"60", b"1")
)
DELIVERY = b"\0\1\1" + b"16907910001\0" + b"\0\1" + b"10001\0" + b"\4\0\0\0\0\0\0\0\0"
RECEIPT = (
    b"id:0123456789 sub:001 dlvrd:001 submit date:2611230101 done date:2611230102 stat:DELIVRD"
)
TLVS = bytes.fromhex("001e0003616263" + "0427000102" + "0423000303" + "0001" + "02040002abcd")
PARTS = bytes.fromhex("020c0002001a" + "020e000102" + "020f000101")
WORDS = (
    *(name.encode() for name in HEADER.decode().split(",")),
    *(b"charge_fen", b"voice", b"message", b"data", b"domestic", b"free", b"roaming"),
    *(b'"', b'""', b"\r\n", b"\xef\xbb\xbf", b"-1", b"+1", b"1e5", b"NULL", b"PAR1", b"\x1f\x8b"),
    *(b"id:", b"stat:", b"DELIVRD", b"err:", b"text:", b"\x05\x00\x03", b"\x06\x08\x04"),
)


def of_usage_files() -> list[bytes]:
    """Files of every kind, with rows that are good and rows that are not."""
    texts = [CALLS, PRICED, *ODD]
    seeds = [bytes([kind, 1]) + text for kind in range(3) for text in texts]
    seeds.append(bytes([usage_files.RAW_GZIP, 0]) + gzip.compress(CALLS, mtime=0))
    packed: bytes = pa.compress(CALLS, codec="zstd", asbytes=True)
    seeds.append(bytes([usage_files.RAW_ZSTD, 0]) + packed)
    written = usage_files.as_parquet(COLUMNS)
    seeds.append(bytes([usage_files.RAW_PARQUET, 1]) + written)
    seeds.append(bytes([usage_files.TYPED_PARQUET, 1]) + COLUMNS)
    return seeds


def of_smpp() -> list[bytes]:
    """Frames of every command in use; deliveries with a receipt, a text, a part of a long one."""
    bodies = [b"", b"0123456789\0", b"smsc\0" + TLVS]
    seeds = [bytes([1, place]) + body for place in range(len(COMMANDS)) for body in bodies]
    for kind, text in ((b"\4", RECEIPT), (b"\0", b"10001"), (b"\x40", b"\5\0\3\7\2\1" + b"ab")):
        head = DELIVERY.replace(b"\4\0\0\0\0", kind + b"\0\0\0\0")
        for after in (b"", TLVS, PARTS):
            body = head + bytes([len(text)]) + text + after
            seeds += [bytes([1, 0]) + body]
            seeds += [bytes([0]) + struct.pack(">LLLL", 16 + len(body), 5, 0, 9) + body]
    payload = b"\x04\x24" + struct.pack(">H", 4) + "万号".encode("utf-16-be")
    seeds.append(
        bytes([1, 0])
        + DELIVERY.replace(b"\0\0\0\0\0\0\0\0", b"\0\0\0\0\0\0\x08\0")
        + b"\0"
        + payload
    )
    return seeds
