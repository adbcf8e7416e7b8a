"use strict";

// What the peer is started with: `--name value` pairs; the password comes by environment, where
// a process list does not show it.

const DEFAULTS = {
  port: "2775",
  "http-port": "2780",
  "system-id": "wanhao",
  journal: "",
  "receipt-delay-ms": "1500",
};

function readSettings(argv, environment) {
  const given = { ...DEFAULTS };
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i].replace(/^--/, "");
    if (!(name in DEFAULTS) || argv[i + 1] === undefined) {
      throw new Error(`unknown or empty option ${argv[i]}`);
    }
    given[name] = argv[i + 1];
  }
  return {
    port: Number(given.port),
    httpPort: Number(given["http-port"]),
    systemId: given["system-id"],
    password: environment.SMSC_PASSWORD || "wanhao1",
    journal: given.journal,
    receiptDelayMs: Number(given["receipt-delay-ms"]),
  };
}

module.exports = { readSettings };
