"use strict";

// A local SMSC on the npm package `smpp`: the demo's handsets, and the tests' other end.

const { readSettings } = require("./settings");
const { Journal } = require("./journal");
const { Parts } = require("./parts");
const { Modes } = require("./modes");
const { SmppSide } = require("./smpp_side");
const { Deliveries } = require("./deliveries");
const { createHttp } = require("./http_side");

const HERE = "127.0.0.1";

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HERE, () => resolve(server.address().port));
  });
}

async function main() {
  const settings = readSettings(process.argv.slice(2), process.env);
  const modes = new Modes({ receipt_delay_ms: settings.receiptDelayMs });
  const journal = new Journal(settings.journal);
  const smsc = new SmppSide(settings, modes, journal, new Parts());
  const deliveries = new Deliveries(modes, smsc.bound);
  smsc.deliveries = deliveries;
  const web = createHttp({ smsc, modes, journal, deliveries });
  const port = await listen(smsc.server, settings.port);
  const httpPort = await listen(web, settings.httpPort);
  process.stdout.write(JSON.stringify({ ready: true, port, http_port: httpPort }) + "\n");
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
}

main().catch((error) => {
  process.stderr.write(`smsc: ${error.message}\n`);
  process.exit(1);
});
