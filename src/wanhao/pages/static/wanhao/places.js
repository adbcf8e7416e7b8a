/* Where am I: asks the browser when somebody presses the button, and asks for the list anew. Without
   scripts, or where the browser is not allowed to tell, the list by city and words stays. */
(() => {
  "use strict";
  const button = document.querySelector("[data-nearest]");
  const trouble = document.querySelector("[data-nearest-trouble]");
  if (!button || !("geolocation" in navigator)) {
    return;
  }
  const MICRO = 1000000;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const asked = new URLSearchParams(new FormData(button.form));
        asked.set("longitude", String(Math.round(coords.longitude * MICRO)));
        asked.set("latitude", String(Math.round(coords.latitude * MICRO)));
        window.location.search = asked.toString();
      },
      () => {
        button.disabled = false;
        trouble.hidden = false;
      },
      { timeout: 10000, maximumAge: 60000 },
    );
  });
})();
