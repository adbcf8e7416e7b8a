"use strict";

// The SMPP server: binds, submits, signs of life.

const smpp = require("smpp");

const WRONG_SYSTEM_ID = 0x0f;
const WRONG_PASSWORD = 0x0e;
const WRONG_BIND_STATUS = 0x04;
const KEEP = 1000;

class SmppSide {
  constructor(settings, modes, journal, parts) {
    Object.assign(this, { settings, modes, journal, parts });
    this.bound = new Set();
    this.deliveries = null;
    this.nextId = Date.now() * 1000;
    this.resetCounts();
    this.server = smpp.createServer((session) => this.welcome(session));
  }

  resetCounts() {
    this.counts = {
      connections: 0, binds: 0, refused: 0, unbinds: 0, submits: 0, taken: 0, throttled: 0,
      most_in_flight: 0, enquire_links: 0, generic_nacks: 0, references: [], sequences: [],
    };
  }

  welcome(session) {
    this.counts.connections += 1;
    session.setMaxListeners(0);
    session.inFlight = 0;
    session.on("error", () => session.destroy());
    session.on("close", () => this.bound.delete(session));
    for (const kind of ["transceiver", "transmitter", "receiver"]) {
      session.on(`bind_${kind}`, (pdu) => this.bind(session, pdu, kind));
    }
    session.on("submit_sm", (pdu) => this.submit(session, pdu));
    session.on("enquire_link", (pdu) => this.enquire(session, pdu));
    session.on("unbind", (pdu) => this.unbind(session, pdu));
    session.on("generic_nack", () => { this.counts.generic_nacks += 1; });
    session.on("unknown", (pdu) => session.send(pdu.response()));
  }

  bind(session, pdu, kind) {
    const status = this.bindStatus(pdu);
    session.send(pdu.response({ command_status: status, system_id: "smsc" }));
    if (status) {
      this.counts.refused += 1;
      session.close();
      return;
    }
    this.counts.binds += 1;
    session.mayReceive = kind !== "transmitter";
    session.maySend = kind !== "receiver";
    this.bound.add(session);
  }

  bindStatus(pdu) {
    if (this.modes.refuse_bind) return this.modes.refuse_bind;
    if (pdu.system_id !== this.settings.systemId) return WRONG_SYSTEM_ID;
    return pdu.password === this.settings.password ? 0 : WRONG_PASSWORD;
  }

  submit(session, pdu) {
    this.counts.submits += 1;
    keep(this.counts.sequences, pdu.sequence_number);
    session.inFlight += 1;
    this.counts.most_in_flight = Math.max(this.counts.most_in_flight, session.inFlight);
    if (!session.maySend) {
      this.answer(session, pdu, { command_status: WRONG_BIND_STATUS });
      return;
    }
    const { drop, status } = this.modes.judge(pdu.destination_addr);
    if (status) {
      if (status === this.modes.throttle_status) this.counts.throttled += 1;
      this.answer(session, pdu, { command_status: status });
      return;
    }
    const messageId = this.take(pdu);
    if (drop) {
      session.isCut = true;
      session.destroy();
    } else if (!this.modes.silent) {
      this.answer(session, pdu, { message_id: messageId });
    }
  }

  take(pdu) {
    const messageId = (this.nextId++).toString(16);
    this.counts.taken += 1;
    keep(this.counts.references, pdu.user_message_reference);
    const whole = this.parts.add(pdu, messageId);
    if (whole) {
      this.journal.add({
        from: pdu.source_addr,
        to: pdu.destination_addr,
        text: whole.text,
        parts: whole.messageIds.length,
        message_id: whole.messageIds[0],
        message_ids: whole.messageIds,
        reference: pdu.user_message_reference,
        data_coding: pdu.data_coding,
        valid_until: pdu.validity_period,
        priority: pdu.priority_flag,
      });
    }
    if (pdu.registered_delivery & 1) this.deliveries.receiptFor(pdu, messageId);
    return messageId;
  }

  answer(session, pdu, fields) {
    const send = () => {
      session.inFlight -= 1;
      if (!session.isCut) session.send(pdu.response(fields));
    };
    if (this.modes.delay_ms) setTimeout(send, this.modes.delay_ms);
    else send();
  }

  enquire(session, pdu) {
    this.counts.enquire_links += 1;
    if (!this.modes.deaf) session.send(pdu.response());
  }

  unbind(session, pdu) {
    this.counts.unbinds += 1;
    this.bound.delete(session);
    session.send(pdu.response());
    session.close();
  }

  // Octets as they are, to every bound client.
  raw(hex) {
    for (const session of this.bound) session.socket.write(Buffer.from(hex, "hex"));
  }

  // A connection cut by the SMSC, or taken leave of.
  cut(politely) {
    for (const session of [...this.bound]) {
      if (politely) session.unbind(() => session.close());
      else session.destroy();
    }
  }
}

function keep(list, value) {
  list.push(value);
  if (list.length > 2 * KEEP) list.splice(0, KEEP);
}

module.exports = { SmppSide };
