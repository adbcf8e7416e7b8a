/* Keys on the screen: the keypad of a question, and letters for every other field. */
(() => {
  "use strict";
  const BACK = "back";
  const TYPED = 'input:not([type="hidden"], [type="radio"], [type="checkbox"], [type="date"])';

  const put = (field, key) => {
    const most = field.maxLength > 0 ? field.maxLength : Infinity;
    if (key === "clear") field.value = "";
    else if (key === BACK) field.value = field.value.slice(0, -1);
    else if (field.value.length < most) field.value += key;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  for (const pad of document.querySelectorAll("[data-keypad]")) {
    const field = pad.closest("form").querySelector("[data-own-keys]");
    pad.addEventListener("click", (event) => {
      const key = event.target.closest("[name=key]");
      if (!key) return;
      event.preventDefault();
      put(field, key.value);
    });
  }

  const keys = document.querySelector("[data-keys]");
  const shift = keys.querySelector("[data-key=shift]");
  const show = (shown) => {
    keys.hidden = !shown;
    // What is typed into stays above the keys.
    document.documentElement.style.scrollPaddingBlockEnd = shown ? `${keys.offsetHeight}px` : "";
  };
  let field = null;

  document.addEventListener("focusin", (event) => {
    const found = event.target.closest(TYPED);
    if (!found || found.matches("[data-own-keys]")) return;
    field = found;
    field.inputMode = "none";
    keys.querySelector(".keys__letters").hidden = field.type === "number" || field.dataset.digits === "1";
    show(true);
    field.scrollIntoView({ block: "center" });
  });
  keys.addEventListener("pointerdown", (event) => event.preventDefault());
  keys.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (!key || !field) return;
    if (key.dataset.key === "hide") {
      show(false);
    } else if (key.dataset.key === "shift") {
      shift.setAttribute("aria-pressed", String(shift.getAttribute("aria-pressed") !== "true"));
    } else {
      const letter = key.dataset.key;
      const capital = letter.length === 1 && shift.getAttribute("aria-pressed") === "true";
      put(field, capital ? letter.toUpperCase() : letter);
    }
  });
})();
