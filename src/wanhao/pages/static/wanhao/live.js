/* Live updates: opens the event stream, passes each event to the parts of the page that wait for
   it (hx-trigger="live:<topic> from:body"), and shows whether the stream is open. What was missed
   while it was broken is fetched again on "hello", which the server says after every (re)connect. */
(() => {
  "use strict";
  const TOPICS = ["batch", "message", "reminder", "quarantine", "queue", "beat", "hello"];
  const SILENCE_MS = 16000; // the server says something every six seconds
  const RETRY_MS = 2000;
  const mark = document.querySelector("[data-live]");
  let source = null;
  let watchdog = 0;

  const show = (state) => {
    if (mark && mark.dataset.state !== state) {
      mark.dataset.state = state;
    }
  };

  const heard = () => {
    window.clearTimeout(watchdog);
    watchdog = window.setTimeout(reopen, SILENCE_MS);
  };

  const open = () => {
    source = new EventSource(mark.dataset.live);
    for (const topic of TOPICS) {
      source.addEventListener(topic, () => {
        heard();
        if (topic === "hello") {
          show("live");
        }
        window.htmx.trigger(document.body, `live:${topic}`);
      });
    }
    source.addEventListener("lost", () => {
      heard();
      show("reconnecting");
    });
    source.addEventListener("error", () => {
      show("reconnecting");
      if (source.readyState === EventSource.CLOSED) {
        window.clearTimeout(watchdog);
        watchdog = window.setTimeout(reopen, RETRY_MS);
      }
    });
    heard();
  };

  const close = () => {
    window.clearTimeout(watchdog);
    if (source) {
      source.close();
    }
  };

  const reopen = () => {
    close();
    show("reconnecting");
    open();
  };

  // A part that has not changed is left alone, and a part that has keeps its scrolled lists.
  const shown = new WeakMap();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, serverResponse } = event.detail;
    if (shown.get(target) === serverResponse) {
      event.detail.shouldSwap = false;
      return;
    }
    shown.set(target, serverResponse);
    scrolled.clear();
    for (const list of target.querySelectorAll("[tabindex][id]")) {
      if (list.scrollTop !== 0) {
        scrolled.set(list.id, list.scrollTop);
      }
    }
  });
  const scrolled = new Map();
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, top] of scrolled) {
      const list = document.getElementById(id);
      if (list) {
        list.scrollTop = top;
      }
    }
  });

  if (mark) {
    mark.hidden = false;
    open();
    // A page that is left must give its connection back: a browser has few per address.
    window.addEventListener("pagehide", close);
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) {
        reopen();
      }
    });
  }
})();
