// The reporting table by keyboard: Enter and the arrows move down and up a column of figures, Ctrl+S saves.
"use strict";

{
  const form = document.querySelector("[data-entry]");

  if (form) {
    // kpi7-actual_12 and kpi9-actual_15 are in one column, and so are the parts of a ratio. Hidden fields are skipped.
    const columnOf = (field) => field.name.replace(/^kpi\d+-/, "").replace(/_\d+$/, "").replace(/^(numerator|denominator)$/, "actual");
    const column = (field) => [...form.querySelectorAll("input[data-figure]")].filter((other) => columnOf(other) === columnOf(field) && !other.disabled && other.checkVisibility());

    form.addEventListener("keydown", (event) => {
      if (!event.target.matches("input[data-figure]") || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
      const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const figures = column(event.target);
      const next = figures[figures.indexOf(event.target) + step];
      if (next) { next.focus(); next.select(); }
    });

    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      const button = form.querySelector('.entry-actions button[name="then"][value=""]');
      if (!button || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      form.requestSubmit(button);
    });

    // A figure typed before htmx listened gets its light now. htmx begins to listen by a timer that it sets when its
    // script has come, maybe after the page is shown; one set later runs later.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) return;
      setTimeout(() => {
        for (const field of form.querySelectorAll("input[data-figure]")) {
          if (field.value !== field.defaultValue) field.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    });

    form.querySelector("[data-keys-hint]")?.removeAttribute("hidden");
    document.getElementById("errors")?.focus();
  }
}
