"use strict";

// The window through which the demo's phones and the tests look. Binds to this machine only.

const http = require("http");

const LIMIT = 500;
const PER_HANDSET = 20;
const OURS = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

function createHttp({ smsc, modes, journal, deliveries }) {
  const gets = {
    "/health": () => ({ ready: true, bound: smsc.bound.size, last: journal.last }),
    "/stats": () => ({ ...smsc.counts, bound: smsc.bound.size, held: deliveries.held.length,
      answers: deliveries.answers }),
    "/messages": (url) => {
      const messages = journal.after(Number(url.searchParams.get("after") || 0), LIMIT);
      return { messages, last: journal.last };
    },
  };
  const posts = {
    "/mode": (body) => modes.change(body),
    "/reset": () => {
      modes.reset();
      smsc.resetCounts();
      deliveries.answers = [];
    },
    "/receipts": () => ({ released: deliveries.release() }),
    "/deliver": (body) => ({ parts: deliveries.fromCustomer(body) }),
    "/raw": (body) => smsc.raw(body.hex),
    "/cut": (body) => smsc.cut(Boolean(body.politely)),
  };

  function get(url) {
    if (gets[url.pathname]) return gets[url.pathname](url);
    const handset = /^\/messages\/(\d{3,21})$/.exec(url.pathname);
    if (!handset) return null;
    return {
      messages: journal.to(handset[1], PER_HANDSET), last: journal.last,
      written: deliveries.written.get(handset[1]) || [],
    };
  }

  async function handle(request, response) {
    // A page of another site must not reach the phones by pointing its own name at this machine.
    if (!OURS.test(request.headers.host || "")) return reply(response, 403, { error: "host" });
    const url = new URL(request.url, "http://127.0.0.1");
    if (request.method === "GET") {
      const found = get(url);
      return found ? reply(response, 200, found) : reply(response, 404, { error: "not found" });
    }
    if (request.method !== "POST" || !posts[url.pathname]) {
      return reply(response, 404, { error: "not found" });
    }
    if (!/^application\/json/.test(request.headers["content-type"] || "")) {
      return reply(response, 415, { error: "send JSON" });
    }
    return reply(response, 200, posts[url.pathname](await readJson(request)) || {});
  }

  return http.createServer((request, response) => {
    handle(request, response).catch((error) => reply(response, 400, { error: error.message }));
  });
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || "{}");
}

function reply(response, status, body) {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

module.exports = { createHttp };
