"use strict";

// Messages that reached a handset, kept in a JSON-lines file and read again at the start.

const fs = require("fs");

const KEEP = 20000;

class Journal {
  constructor(path) {
    this.path = path;
    this.messages = path && fs.existsSync(path) ? readLines(path) : [];
    if (path) this.rewrite();
  }

  get last() {
    return this.messages.length ? this.messages[this.messages.length - 1].seq : 0;
  }

  add(message) {
    const kept = { seq: this.last + 1, at: Date.now(), ...message };
    this.messages.push(kept);
    if (this.path) fs.appendFileSync(this.path, JSON.stringify(kept) + "\n");
    if (this.messages.length > 2 * KEEP) this.rewrite();
    return kept;
  }

  after(seq, limit) {
    const behind = this.messages.findIndex((message) => message.seq > seq);
    return behind < 0 ? [] : this.messages.slice(behind, behind + limit);
  }

  to(number, limit) {
    return this.messages.filter((message) => message.to === number).slice(-limit);
  }

  // Through a second file, so that a stop in the middle leaves the old one whole.
  rewrite() {
    this.messages = this.messages.slice(-KEEP);
    if (!this.path) return;
    const lines = this.messages.map((message) => JSON.stringify(message) + "\n");
    fs.writeFileSync(this.path + ".new", lines.join(""));
    fs.renameSync(this.path + ".new", this.path);
  }
}

// A line that was cut by a stop is passed over.
function readLines(path) {
  const found = [];
  for (const line of fs.readFileSync(path, "utf8").split("\n")) {
    try {
      if (line) found.push(JSON.parse(line));
    } catch {
      continue;
    }
  }
  return found;
}

module.exports = { Journal };
