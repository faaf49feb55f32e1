// The / key focuses the search box, unless the reader is typing in a field.
"use strict";

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.getElementById("query") ?? document.getElementById("top-query");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
