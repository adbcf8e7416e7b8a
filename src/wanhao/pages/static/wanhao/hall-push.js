/* The switch for reminders on this device: asks the browser to subscribe, and sends where it is
   reached. Switching off is a plain form. */
(() => {
  "use strict";
  const form = document.querySelector("[data-push]");
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!form || !able) {
    return;
  }
  const encoded = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const decoded = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  document.querySelector("[data-push-none]").hidden = true;

  const show = async () => {
    const ready = await navigator.serviceWorker.ready;
    const subscription = await ready.pushManager.getSubscription();
    let here = false;
    for (const mark of document.querySelectorAll("[data-endpoint]")) {
      mark.hidden = subscription === null || mark.dataset.endpoint !== subscription.endpoint;
      here = here || !mark.hidden;
    }
    form.hidden = here;
  };
  show();

  const subscribe = async () => {
    const ready = await navigator.serviceWorker.ready;
    const key = decoded(form.dataset.push);
    const asked = { userVisibleOnly: true, applicationServerKey: key };
    const before = await ready.pushManager.getSubscription();
    // One made under another key of ours would get nothing.
    if (before && encoded(before.options.applicationServerKey) !== form.dataset.push) {
      await before.unsubscribe();
    }
    const subscription = await ready.pushManager.subscribe(asked);
    form.elements.endpoint.value = subscription.endpoint;
    form.elements.p256dh.value = encoded(subscription.getKey("p256dh"));
    form.elements.auth.value = encoded(subscription.getKey("auth"));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const refused = document.querySelector("[data-push-refused]");
    refused.hidden = true;
    subscribe().then(
      () => form.submit(),
      () => {
        refused.hidden = false;
      },
    );
  });
})();
