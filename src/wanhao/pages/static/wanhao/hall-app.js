/* What makes the hall an app: installing it, reading without a network, and forms that keep what
   was typed when the network is gone. Every page works without this. */
(() => {
  "use strict";
  const UNSENT = "hall-unsent";
  const TRY_AGAIN_MS = 10000;
  const page = document.documentElement;
  const { worker, scope } = document.currentScript.dataset;
  const forms = () => document.querySelectorAll("main form[method=post]");

  /* Without a network: say so, and from when what is shown is. */
  const say = (name, shown) => {
    for (const one of document.querySelectorAll(`[data-when="${name}"]`)) {
      one.hidden = !shown;
    }
  };
  const kept = page.dataset.offline;
  const time = (at) => {
    const today = new Date().toDateString() === at.toDateString();
    const clock = { hour: "2-digit", minute: "2-digit", hour12: false };
    const day = { month: "numeric", day: "numeric" };
    return at.toLocaleString(page.lang, today ? clock : { ...day, ...clock });
  };
  const show = () => {
    const without = kept !== undefined || !navigator.onLine;
    say("offline", without);
    say("kept", Boolean(kept));
    say("needs-network", without && forms().length > 0);
  };
  if (kept) {
    for (const one of document.querySelectorAll("[data-kept-at]")) {
      one.textContent = time(new Date(kept));
    }
  }
  /* A page that was kept gives way to the new one as soon as we are reached again. */
  const waits = kept !== undefined && !("unsent" in page.dataset);
  const tryAgain = async () => {
    const answer = await fetch(worker, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer && answer.ok) {
      window.location.reload();
    }
  };
  window.addEventListener("offline", show);
  window.addEventListener("online", () => (waits ? tryAgain() : show()));
  if (waits) {
    window.setInterval(() => navigator.onLine && tryAgain(), TRY_AGAIN_MS);
  }
  show();

  /* What was typed stays where the network took no answer; nothing secret is kept. */
  const plain = (field) =>
    field.name &&
    !["password", "hidden", "submit", "button", "file"].includes(field.type) &&
    field.autocomplete !== "one-time-code" &&
    field.name !== "code";
  const typed = (form) =>
    [...form.elements]
      .filter((field) => plain(field) && (!["radio", "checkbox"].includes(field.type) || field.checked))
      .map((field) => [field.name, field.value]);
  const restore = (form, values) => {
    for (const [name, value] of values) {
      for (const field of form.elements) {
        if (field.name === name && plain(field)) {
          if (["radio", "checkbox"].includes(field.type)) {
            field.checked = field.value === value;
          } else {
            field.value = value;
          }
        }
      }
    }
  };
  const noted = () => JSON.parse(window.sessionStorage.getItem(UNSENT) || "null");
  const note = (what) => window.sessionStorage.setItem(UNSENT, JSON.stringify(what));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || !form.closest("main")) {
      return;
    }
    if (!navigator.onLine) {
      event.preventDefault();
      say("not-sent", true);
      document.querySelector("[data-when='not-sent']")?.focus();
      return;
    }
    note({ back: window.location.pathname, action: form.action, values: typed(form) });
  });
  const before = noted();
  if (before && "unsent" in page.dataset) {
    note({ ...before, unsent: true });
    say("not-sent", true);
    for (const link of document.querySelectorAll("[data-back]")) {
      link.href = before.back;
      link.hidden = false;
    }
  } else if (before && before.unsent && before.back === window.location.pathname) {
    const form = [...forms()].find((one) => one.action === before.action);
    if (form) {
      restore(form, before.values);
    }
    if (kept === undefined) {
      window.sessionStorage.removeItem(UNSENT);
    }
  } else if (before && !before.unsent) {
    window.sessionStorage.removeItem(UNSENT);
  }

  /* On the page without a network: what can still be read. */
  const readable = async () => {
    const pages = await window.caches.open("hall-pages");
    for (const link of document.querySelectorAll("[data-readable] a")) {
      if (await pages.match(link.href)) {
        link.parentElement.hidden = false;
      }
    }
  };
  if (document.querySelector("[data-readable]") && "caches" in window) {
    readable();
  }

  /* Installing: a button where the browser offers it. */
  window.addEventListener("beforeinstallprompt", (event) => {
    for (const part of document.querySelectorAll("[data-install]")) {
      part.hidden = false;
      part.querySelector("button").addEventListener("click", () => {
        event.prompt();
        part.hidden = true;
      });
    }
  });

  const files = () =>
    performance
      .getEntriesByType("resource")
      .map((entry) => new URL(entry.name))
      .filter((url) => url.origin === window.location.origin && url.searchParams.has("v"))
      .map((url) => url.href.split("#")[0]);
  const begin = async () => {
    // A page that came before the worker was there is told to it afterwards.
    const first = navigator.serviceWorker.controller === null ? window.location.href : "";
    await navigator.serviceWorker.register(worker, { scope });
    const ready = await navigator.serviceWorker.ready;
    if (kept === undefined) {
      ready.active.postMessage({ files: [...new Set(files())], language: page.lang, first });
    }
  };
  if ("serviceWorker" in navigator) {
    window.addEventListener("load", () => begin().catch(() => {}));
  }
})();
