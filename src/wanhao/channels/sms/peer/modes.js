"use strict";

// Ways in which an SMSC may behave; tests switch them while it runs.

const DEFAULTS = {
  throttle_first: 0, // refuse the next N submits
  throttle_every: 0, // refuse every Nth submit
  throttle_status: 0x58,
  refused_numbers: {}, // number -> status of a permanent refusal
  drop_after: 0, // cut the connection when the Nth submit from now arrives, answering no more
  silent: false, // take submits, never answer them
  deaf: false, // leave enquire_link unanswered
  refuse_bind: 0, // status for every bind
  delay_ms: 0, // answer submits that much later
  hold_receipts: false, // until POST /receipts
  receipt_delay_ms: 1500,
  receipt_style: "standard", // or "short", "parameters"
  receipt_ids: "same", // or "decimal", "none"
  receipt_state: "DELIVRD",
  receipt_references: true, // give the client's own reference back
  repeat_ms: 500, // a delivery that was not taken is repeated after this
};

class Modes {
  constructor(changes) {
    this.initial = { ...DEFAULTS, ...changes };
    this.reset();
  }

  reset() {
    Object.assign(this, structuredClone({ ...this.initial, initial: undefined }), {
      initial: this.initial,
    });
    this.submits = 0;
  }

  change(changes) {
    for (const name of Object.keys(changes)) {
      if (!(name in DEFAULTS)) throw new Error(`no such mode: ${name}`);
    }
    Object.assign(this, changes);
  }

  // What to do with this submit: {drop} or {status}; status 0 takes it.
  judge(number) {
    this.submits += 1;
    if (this.drop_after > 0 && --this.drop_after === 0) return { drop: true };
    if (this.throttle_first > 0) {
      this.throttle_first -= 1;
      return { status: this.throttle_status };
    }
    if (this.throttle_every > 0 && this.submits % this.throttle_every === 0) {
      return { status: this.throttle_status };
    }
    return { status: this.refused_numbers[number] || 0 };
  }
}

module.exports = { Modes };
