// Uploading evidence: collects dropped and chosen files, and checks their types and sizes before the upload.
"use strict";

const form = document.querySelector("[data-evidence]");

if (form) {
  const input = form.querySelector('input[type="file"]');
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-chosen]");
  const progress = form.querySelector("[data-progress]");
  const button = form.querySelector('button[type="submit"]');
  const limits = { file: +input.dataset.fileBytes, all: +input.dataset.allBytes, count: +input.dataset.mostFiles };
  const kinds = input.accept.split(",");
  let chosen = [];

  const size = (bytes) => (bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

  const wrongWith = (file) => {
    if (!kinds.some((kind) => file.name.toLowerCase().endsWith(kind))) return "不接受這種檔案。";
    if (file.size > limits.file) return `超過單一檔案上限 ${limits.file / 1048576} MB。`;
    return file.size ? "" : "檔案是空的。";
  };

  const row = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = `${file.name}（${size(file.size)}）`;
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.className = "link-button";
    cancel.textContent = "取消";
    cancel.setAttribute("aria-label", `取消 ${file.name}`);
    cancel.addEventListener("click", () => { chosen = chosen.filter((other) => other !== file); show(); input.focus(); });
    item.append(name, cancel);
    const wrong = wrongWith(file);
    if (wrong) {
      const error = document.createElement("span");
      error.className = "error";
      error.textContent = `${wrong}請取消這個檔案。`;
      item.append(error);
    }
    return item;
  };

  const wrongWithAll = () => {
    if (chosen.length > limits.count) return `一次最多上傳 ${limits.count} 個檔案。`;
    const bytes = chosen.reduce((sum, file) => sum + file.size, 0);
    return bytes > limits.all ? `合計超過 ${limits.all / 1048576} MB。` : "";
  };

  const show = () => {
    const carried = new DataTransfer();
    for (const file of chosen) carried.items.add(file);
    input.files = carried.files;
    list.replaceChildren(...chosen.map(row));
    progress.textContent = wrongWithAll();
    button.disabled = Boolean(progress.textContent) || chosen.some(wrongWith);
  };

  const gather = (files) => {
    const known = (file) => chosen.some((other) => other.name === file.name && other.size === file.size);
    chosen = [...chosen, ...[...files].filter((file) => !known(file))];
    show();
  };

  input.addEventListener("change", () => gather(input.files));
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  }
  drop.addEventListener("dragleave", (event) => { if (!drop.contains(event.relatedTarget)) drop.classList.remove("is-over"); });
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    gather(event.dataTransfer.files);
  });

  form.addEventListener("submit", () => {
    if (!chosen.length) return;
    progress.textContent = "上傳中，請稍候；大型檔案可能需要一分鐘。";
    button.disabled = true;
  });
  // Files chosen before this script ran count, too; and after the browser's back button the button has to work again.
  gather(input.files);
  window.addEventListener("pageshow", () => gather(input.files));

  form.querySelector("[data-drop-hint]").hidden = false;
  document.getElementById("errors")?.focus();
}
