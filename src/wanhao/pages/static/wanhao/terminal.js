/* A terminal forgets: after a while without a touch it asks whether somebody is there, counts down,
   and goes back to the idle screen, which forgets everything. The server forgets by itself, too. */
(() => {
  "use strict";
  const box = document.querySelector(".there");
  if (!box) return;
  const asked = Number(box.dataset.asked) * 1000;
  const counted = Number(box.dataset.counted);
  const left = box.querySelector("[data-left]");
  const TELL_EVERY = 20000;
  let touched = Date.now();
  let told = Date.now();
  let until = 0;

  const go = () => location.replace(box.dataset.gone);

  const tell = async () => {
    told = Date.now();
    try {
      const answer = await fetch(box.dataset.still, { cache: "no-store", redirect: "manual" });
      if (answer.status !== 204) go();
    } catch {
      /* The network is away; the server goes by its own clock. */
    }
  };

  const here = () => {
    touched = Date.now();
    if (until) {
      until = 0;
      box.hidden = true;
      tell();
    } else if (touched - told > TELL_EVERY) {
      tell();
    }
  };

  const tick = () => {
    const now = Date.now();
    if (!until && now - touched >= asked) {
      until = now + counted * 1000;
      box.hidden = false;
      box.querySelector("[data-here]").focus();
      // It counts down whole on the server, too.
      tell();
    }
    if (until) {
      left.textContent = String(Math.max(Math.ceil((until - now) / 1000), 0));
      if (now >= until) go();
    }
  };

  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
    document.addEventListener(kind, (event) => {
      // Leaving is no sign that somebody stays.
      if (!(event.target instanceof Element && event.target.closest("[data-leave]"))) here();
    }, { passive: true, capture: true });
  }
  for (const link of document.querySelectorAll("[data-leave]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go();
    });
  }
  // A page that comes back from the browser's memory is asked for anew.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  setInterval(tick, 250);
})();
