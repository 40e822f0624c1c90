// Loaded before the library's own scripts run at the end of the page.
"use strict";
// A form is sent once, however often its button is pressed; back in history it is ready again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.classList.add("disabled");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.classList.remove("disabled");
  }
});
// What the library's templates would do in inline handlers, which the page policy forbids.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-office-goes]")) window.location = event.target.value;
});
// On a phone the keyboard would cover the list that was asked for.
if (matchMedia("(pointer: coarse)").matches) window.addEventListener("load", () => document.activeElement.blur());
