"use strict";

// An SMSC whose customers write to 10001: by a timetable that waits for nobody, or as many at once
// as are answered. Told what to do by lines of JSON, it answers each with one.

const readline = require("readline");
const smpp = require("smpp");

const PATIENCE_MS = Number(process.env.BENCH_PATIENCE_MS || 60000);
const TICK_MS = 2;
const AGAIN_MS = 500;
const RECEIPT_MS = 1500;

let session = null;
let asked = new Map();
let confirmable = [];
let tookMs = [];
let refused = 0;
let next = 0;

function partOf(pdu) {
  const udh = pdu.short_message.udh || [];
  const found = udh.find((element) => element[0] === 0);
  return found ? { total: found[3], index: found[4] } : { total: 1, index: 1 };
}

function submit(client, pdu) {
  const id = "m" + (next += 1);
  client.send(pdu.response({ message_id: id }));
  setTimeout(() => client.deliver_sm({
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
    receipted_message_id: id, message_state: 2, short_message: Buffer.alloc(0),
  }), RECEIPT_MS);
  const { total, index } = partOf(pdu);
  const waiting = asked.get(pdu.destination_addr);
  if (!waiting || index !== total) return;
  asked.delete(pdu.destination_addr);
  tookMs.push(performance.now() - waiting.due);
  if (waiting.kind === "propose") confirmable.push(pdu.destination_addr);
}

function serve(client) {
  client.setMaxListeners(0);
  client.on("error", () => client.destroy());
  client.on("bind_transceiver", (pdu) => {
    client.send(pdu.response());
    session = client;
  });
  client.on("submit_sm", (pdu) => submit(client, pdu));
  client.on("enquire_link", (pdu) => client.send(pdu.response()));
  client.on("unbind", (pdu) => { client.send(pdu.response()); client.close(); });
}

function write(job, place, due) {
  const row = job.mix[place % job.mix.length];
  const yes = row.kind === "yes" && confirmable.length > 0;
  const number = yes
    ? confirmable.shift()
    : String(job.first + 1 + ((job.begin + place) * 7919) % job.lines);
  const text = row.kind === "yes" && !yes ? "101" : row.text;
  asked.set(number, { due, kind: row.kind });
  deliver(number, Buffer.from(text, "utf16le").swap16());
}

// What is not taken is brought again, as a real SMSC does.
function deliver(number, octets) {
  session.deliver_sm(
    { source_addr: number, destination_addr: "10001", data_coding: 8, short_message: octets },
    (answer) => {
      if (answer.command_status === 0) return;
      refused += 1;
      setTimeout(() => deliver(number, octets), AGAIN_MS);
    },
  );
}

function pace(job, begun, written) {
  const now = performance.now();
  if (job.rate) {
    while (written < job.messages && begun + (written * 1000) / job.rate <= now) {
      write(job, written, begun + (written * 1000) / job.rate);
      written += 1;
    }
    return written;
  }
  while (written < job.messages && asked.size < job.at_once) {
    write(job, written, performance.now());
    written += 1;
  }
  return written;
}

async function run(job) {
  asked = new Map();
  tookMs = [];
  refused = 0;
  const begun = performance.now();
  let written = 0;
  let last = begun;
  while (written < job.messages || asked.size > 0) {
    const before = tookMs.length;
    written = pace(job, begun, written);
    await new Promise((resolve) => { setTimeout(resolve, TICK_MS); });
    if (tookMs.length > before) last = performance.now();
    if (performance.now() - last > PATIENCE_MS) break;
  }
  const sorted = [...tookMs].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] || 0;
  return {
    written, answered: tookMs.length, unanswered: asked.size, refused,
    seconds: (last - begun) / 1000, p50: at(0.5), p99: at(0.99),
  };
}

async function main() {
  const server = smpp.createServer(serve);
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  process.stdout.write(JSON.stringify({ port: server.address().port }) + "\n");
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    while (!session) await new Promise((resolve) => { setTimeout(resolve, 50); });
    process.stdout.write(JSON.stringify(await run(job)) + "\n");
    if (job.forget) session = null;
  }
  process.exit(0);
}

main();
