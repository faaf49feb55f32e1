// The reporting table: Enter and the arrow keys move down the column; leaving with unsaved edits asks first.
"use strict";

const form = document.querySelector("[data-entry]");

if (form) {
  const figures = [...form.querySelectorAll('input[inputmode="decimal"]')];
  let isDirty = document.querySelector(".error-summary") !== null;

  form.addEventListener("input", () => { isDirty = true; });
  form.addEventListener("submit", () => { isDirty = false; });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });

  form.addEventListener("keydown", (event) => {
    const place = figures.indexOf(event.target);
    if (place < 0 || event.isComposing) return;
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = figures[place + step];
    if (next) { next.focus(); next.select(); }
  });

  document.getElementById("errors")?.focus();
}
