"use strict";

// Puts long messages together again, as a handset does.

const CONCATENATED_8_BIT = 0x00;
const CONCATENATED_16_BIT = 0x08;

class Parts {
  constructor() {
    this.waiting = new Map();
  }

  // The whole message once its last part is there, otherwise null.
  add(pdu, messageId) {
    const { text, place } = read(pdu);
    if (!place) return { text, messageIds: [messageId] };
    const key = [pdu.source_addr, pdu.destination_addr, place.reference, place.total].join("|");
    const have = this.waiting.get(key) || new Map();
    have.set(place.index, { text, messageId });
    this.waiting.set(key, have);
    if (have.size < place.total) return null;
    this.waiting.delete(key);
    const ordered = [...have.entries()].sort((a, b) => a[0] - b[0]).map((entry) => entry[1]);
    return {
      text: ordered.map((part) => part.text).join(""),
      messageIds: ordered.map((part) => part.messageId),
    };
  }
}

function read(pdu) {
  const body = hasText(pdu.short_message) ? pdu.short_message : pdu.message_payload;
  const { message = "", udh = [] } = body || {};
  return { text: String(message), place: fromHeader(udh) || fromParameters(pdu) };
}

function hasText(body) {
  return body && body.message && body.message.length > 0;
}

function fromHeader(elements) {
  for (const element of elements) {
    if (element[0] === CONCATENATED_8_BIT) {
      return { reference: element[2], total: element[3], index: element[4] };
    }
    if (element[0] === CONCATENATED_16_BIT) {
      return { reference: element.readUInt16BE(2), total: element[4], index: element[5] };
    }
  }
  return null;
}

function fromParameters(pdu) {
  if (!pdu.sar_total_segments) return null;
  return {
    reference: pdu.sar_msg_ref_num,
    total: pdu.sar_total_segments,
    index: pdu.sar_segment_seqnum,
  };
}

module.exports = { Parts };
