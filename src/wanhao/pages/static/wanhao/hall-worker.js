/* Runs beside the pages of the hall. Without a network it shows what the customer saw last, marked
   with its time. It keeps only pages whose answer says "Wanhao-Keep", for seven days, and only as
   long as the same customer is signed in ("Wanhao-Owner"). It never repeats what changes
   something. It also shows the reminders that are pushed to this device. */
"use strict";

const PAGES = "hall-pages";
const STATIC = "hall-static";
const OURS = "hall-ours";
const HOME = "/hall/";
const OFFLINE = "/hall/offline/";
const SIGN_OUT = "/hall/sign-out/";
const KEPT_AT = "Wanhao-Kept-At";
const KEPT_MS = 7 * 24 * 3600 * 1000;
const PATIENCE_MS = 8000;
const PATIENCE_RELOADING_MS = 60000; // whoever asks again wants what is new
const MOST_PAGES = 40;
const MOST_STATIC = 80;

self.addEventListener("install", (event) => {
  event.waitUntil(keepOffline().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), dropOld()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) {
    return;
  }
  if (request.method === "GET" && url.pathname.startsWith("/static/") && url.searchParams.has("v")) {
    event.respondWith(staticFile(request));
  } else if (request.mode === "navigate" && url.pathname.startsWith(HOME)) {
    event.respondWith(request.method === "GET" ? page(event) : changing(event, url));
  }
});

self.addEventListener("message", (event) => {
  const { files, language, first } = event.data;
  event.waitUntil(Promise.all([keepFiles(files), keepOffline(language), keepFirst(first)]));
});

/* Static files: other contents have another address, so what is kept is right. */
const staticFile = async (request) => {
  const kept = await caches.open(STATIC);
  const found = await kept.match(request);
  if (found) {
    return found;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await kept.put(request, answer.clone());
    await keepAtMost(kept, MOST_STATIC);
  }
  return answer;
};

const keepFiles = async (files) => {
  const kept = await caches.open(STATIC);
  for (const file of files) {
    if (!(await kept.match(file))) {
      await kept.add(file);
    }
  }
};

/* Pages: from the network first; from what was kept when it does not answer. */
const page = async (event) => {
  const kept = await lastSeen(event.request);
  const fetching = fetch(event.request);
  event.waitUntil(fetching.then((answer) => settle(event.request, answer.clone())).catch(() => {}));
  try {
    return await (kept ? Promise.race([fetching, patience(event.request)]) : fetching);
  } catch {
    return kept ? marked(kept, `data-offline="${kept.headers.get(KEPT_AT)}"`) : unreachable("");
  }
};

const patience = (request) =>
  new Promise((_, reject) => {
    const wait = request.cache === "default" ? PATIENCE_MS : PATIENCE_RELOADING_MS;
    setTimeout(() => reject(new Error("too slow")), wait);
  });

/* What changes something goes to the network and nowhere else. */
const changing = async (event, url) => {
  if (url.pathname === SIGN_OUT) {
    event.waitUntil(Promise.all([forget(), endPush()]));
  }
  try {
    return await fetch(event.request);
  } catch {
    return unreachable("data-unsent");
  }
};

/* Whose page came? What was kept for somebody else goes first. */
const settle = async (request, answer) => {
  const owner = answer.headers.get("Wanhao-Owner");
  if (owner === null) {
    return;
  }
  const ours = await caches.open(OURS);
  const before = await ours.match("/owner").then((known) => (known ? known.text() : ""));
  if (owner !== before) {
    await forget();
    await ours.put("/owner", new Response(owner));
  }
  if (owner && answer.ok && answer.headers.get("Wanhao-Keep")) {
    await keepPage(request, answer);
  }
};

/* The page that was shown before this worker was there. */
const keepFirst = async (address) => {
  if (address) {
    const request = new Request(address, { credentials: "same-origin", redirect: "manual" });
    await settle(request, await fetch(request));
  }
};

const keepPage = async (request, answer) => {
  const kept = await caches.open(PAGES);
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  headers.set(KEPT_AT, new Date().toISOString());
  const address = addressOf(request);
  await kept.delete(address);
  await kept.put(address, new Response(await answer.blob(), { headers }));
  await keepAtMost(kept, MOST_PAGES);
};

const lastSeen = async (request) => {
  const kept = await caches.open(PAGES);
  const found = await kept.match(addressOf(request));
  if (found && isOld(found)) {
    await kept.delete(addressOf(request));
    return undefined;
  }
  return found;
};

const addressOf = (request) => {
  const url = new URL(request.url);
  url.searchParams.delete("source");
  url.hash = "";
  return url.href;
};

const isOld = (kept) => Date.now() - Date.parse(kept.headers.get(KEPT_AT)) > KEPT_MS;

const dropOld = async () => {
  const kept = await caches.open(PAGES);
  for (const address of await kept.keys()) {
    const found = await kept.match(address);
    if (found && isOld(found)) {
      await kept.delete(address);
    }
  }
};

const forget = () => caches.delete(PAGES);

const keepAtMost = async (kept, most) => {
  const addresses = await kept.keys();
  for (const address of addresses.slice(0, Math.max(addresses.length - most, 0))) {
    await kept.delete(address);
  }
};

/* The page that says there is no network, in the language of the pages. */
const keepOffline = async (language) => {
  const ours = await caches.open(OURS);
  const known = await ours.match(OFFLINE);
  if (!known || (language && known.headers.get("Content-Language") !== language)) {
    await ours.add(new Request(OFFLINE, { cache: "reload" }));
  }
};

const unreachable = async (mark) => {
  const found = await (await caches.open(OURS)).match(OFFLINE);
  return found ? marked(found, `data-offline="" ${mark}`) : Response.error();
};

const marked = async (kept, mark) => {
  const text = (await kept.text()).replace("<html ", `<html ${mark} `);
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(text, { headers });
};

/* Reminders. The same one twice shows once, since it has the same tag. */
const endPush = async () => {
  const subscription = await self.registration.pushManager.getSubscription();
  if (subscription) {
    await subscription.unsubscribe();
  }
};

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : null;
  if (said) {
    const shown = { body: said.body, tag: said.tag, lang: said.lang, icon: "/hall/icon-192.png" };
    event.waitUntil(self.registration.showNotification(said.title, shown));
  }
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened());
});

const opened = async () => {
  const windows = await self.clients.matchAll({ type: "window" });
  const open = windows.find((one) => new URL(one.url).pathname.startsWith(HOME));
  return open ? open.focus() : self.clients.openWindow(`${HOME}?source=app`);
};
