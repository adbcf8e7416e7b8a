"use strict";

// Everything the SMSC sends to its client: receipts and what customers write. A delivery that
// is not acknowledged with 0 is repeated, as a real SMSC does.

const { encode } = require("./inbound");

const STATES = { ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, REJECTD: 8 };
const RECEIPT = 0x04;
const MOST_TRIES = 1000;
const KEEP_ANSWERS = 1000;
const KEEP_WRITTEN = 20;

class Deliveries {
  constructor(modes, sessions) {
    this.modes = modes;
    this.sessions = sessions;
    this.held = [];
    this.answers = [];
    this.written = new Map();
  }

  // One receipt per part, now or when they are released.
  receiptFor(pdu, messageId) {
    const receipt = {
      messageId, from: pdu.destination_addr, to: pdu.source_addr, at: new Date(),
      reference: pdu.user_message_reference,
    };
    if (this.modes.hold_receipts) {
      this.held.push(receipt);
    } else {
      setTimeout(() => this.sendReceipt(receipt), this.modes.receipt_delay_ms);
    }
  }

  release() {
    const held = this.held.splice(0);
    for (const receipt of held) this.sendReceipt(receipt);
    return held.length;
  }

  fromCustomer({ from, to, text, style = "plain", esm_class: extra = 0 }) {
    const parts = encode(text, style);
    const kept = [...(this.written.get(from) || []), { at: Date.now(), from, to, text }];
    this.written.set(from, kept.slice(-KEEP_WRITTEN));
    for (const part of parts) {
      this.send({
        source_addr: from,
        destination_addr: to,
        data_coding: 8,
        ...part,
        esm_class: (part.esm_class || 0) | extra,
      });
    }
    return parts.length;
  }

  sendReceipt(receipt) {
    if (this.modes.receipt_ids === "none") {
      this.sendAs(receipt, "");
      return;
    }
    const id = this.modes.receipt_ids === "decimal"
      ? BigInt("0x" + receipt.messageId).toString(10)
      : receipt.messageId;
    this.sendAs(receipt, id);
  }

  sendAs(receipt, id) {
    const state = this.modes.receipt_state;
    this.send({
      source_addr: receipt.from,
      destination_addr: receipt.to,
      esm_class: RECEIPT,
      data_coding: 0,
      short_message: Buffer.from(receiptText(this.modes.receipt_style, id, state, receipt.at)),
      ...parameters(this.modes.receipt_style, id, state),
      ...(this.modes.receipt_references ? { user_message_reference: receipt.reference } : {}),
    });
  }

  send(fields, tries = 1) {
    const again = () => {
      if (tries >= MOST_TRIES) return;
      setTimeout(() => this.send(fields, tries + 1), this.modes.repeat_ms).unref();
    };
    const session = [...this.sessions].filter((one) => one.mayReceive).pop();
    if (!session) {
      again();
      return;
    }
    const cut = () => answered(null);
    const answered = once((pdu) => {
      session.off("close", cut);
      this.answers = [...this.answers, pdu ? pdu.command_status : -1].slice(-KEEP_ANSWERS);
      if (!pdu || pdu.command_status !== 0) again();
    });
    session.once("close", cut);
    if (!session.deliver_sm({ ...fields }, answered)) answered(null);
  }
}

function once(call) {
  let done = false;
  return (value) => {
    if (!done) call(value);
    done = true;
  };
}

function receiptText(style, id, state, at) {
  if (style === "parameters") return "";
  const date = stamp(at);
  if (style === "short") {
    return `id:${id} submit date:${date}00 done date:${date}00 stat:${state} err:0B1`;
  }
  const error = state === "DELIVRD" ? "000" : "034";
  return `id:${id} sub:001 dlvrd:001 submit date:${date} done date:${date} stat:${state} `
    + `err:${error} text:`;
}

function parameters(style, id, state) {
  if (style !== "parameters") return {};
  return { receipted_message_id: id, message_state: STATES[state] };
}

function stamp(at) {
  return at.toISOString().replace(/\D/g, "").slice(2, 12);
}

module.exports = { Deliveries };
