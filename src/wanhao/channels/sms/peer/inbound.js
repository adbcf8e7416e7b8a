"use strict";

// A customer's message as SMSCs deliver it: whole, with 8- or 16-bit headers, SAR parameters,
// or in message_payload.

const UDH_INDICATOR = 0x40;
let reference = 0;

function encode(text, style) {
  const octets = Buffer.from(text, "utf16le").swap16();
  reference = (reference + 1) % 65536;
  if (style === "payload") return [{ short_message: Buffer.alloc(0), message_payload: octets }];
  if (style === "plain") return [{ short_message: octets }];
  const chunks = cut(octets, style === "udh16" ? 132 : 134);
  return chunks.map((chunk, i) => WRITERS[style](chunk, chunks.length, i + 1));
}

function cut(octets, size) {
  const chunks = [];
  for (let i = 0; i < octets.length; i += size) chunks.push(octets.subarray(i, i + size));
  return chunks;
}

const WRITERS = {
  udh8: (chunk, total, index) => ({
    esm_class: UDH_INDICATOR,
    short_message: Buffer.concat([Buffer.from([5, 0, 3, reference & 0xff, total, index]), chunk]),
  }),
  udh16: (chunk, total, index) => ({
    esm_class: UDH_INDICATOR,
    short_message: Buffer.concat([
      Buffer.from([6, 8, 4, reference >> 8, reference & 0xff, total, index]),
      chunk,
    ]),
  }),
  sar: (chunk, total, index) => ({
    short_message: chunk,
    sar_msg_ref_num: reference,
    sar_total_segments: total,
    sar_segment_seqnum: index,
  }),
};

module.exports = { encode };
