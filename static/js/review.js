// The review queue: 全選 without a new page, the number of ticked boxes, and keyboard shortcuts.
"use strict";

const form = document.querySelector("[data-approve]");

if (form) {
  const boxes = [...document.querySelectorAll("[data-case]")];
  const button = form.querySelector("button[type=submit]");
  const count = form.querySelector("[data-count]");
  const all = form.querySelector("[data-select-all]");

  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    count.textContent = `（${ticked}）`;
    count.hidden = ticked === 0;
    all.textContent = ticked === boxes.length ? "全不選" : `全選（${boxes.length}）`;
  };

  all.setAttribute("role", "button");
  all.addEventListener("click", (event) => {
    event.preventDefault();
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
    show();
  });
  all.addEventListener("keydown", (event) => {
    if (event.key === " ") { event.preventDefault(); all.click(); }
  });

  const act = (box, key) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) boxes[boxes.indexOf(box) + step]?.focus();
    else if (key === "Enter") button.focus();
    else if (key === "r" || key === "R") box.closest(".case").querySelector(".case-decide textarea")?.focus();
    else return false;
    return true;
  };

  for (const box of boxes) {
    box.addEventListener("change", show);
    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (act(box, event.key)) event.preventDefault();
    });
  }
  form.querySelector("[data-keys]").hidden = false;
  show();
}
