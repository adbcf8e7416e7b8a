// Keys of the counter: / finds in the menu or looks a customer up. Never while somebody types.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea") !== null;
  if (typing || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key !== "/") return;
  const field = document.querySelector("#item-search, #wanted");
  if (field === null) return;
  event.preventDefault();
  field.focus();
});
