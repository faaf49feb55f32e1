// Two cards clicked on the map become cause and effect of the new link; typed texts stay.
"use strict";

const form = document.querySelector("[data-link-form]");
const map = document.querySelector(".strategy-map");
const hint = document.querySelector("[data-link-hint]");

if (form && map) {
  const { cause, effect, reason } = form.elements;
  const cards = [...map.querySelectorAll(".map-card")];

  const show = () => {
    const next = cause.value && !effect.value ? "果" : "因";
    for (const card of cards) {
      card.classList.toggle("is-cause", card.dataset.code === cause.value);
      card.classList.toggle("is-effect", card.dataset.code === effect.value);
      const name = card.querySelector("[aria-label]");
      name.setAttribute("aria-label", name.getAttribute("aria-label").replace(/^選為.：/, `選為${next}：`));
    }
  };

  const say = () => {
    if (cause.value && effect.value) hint.textContent = `${cause.value} → ${effect.value}。請輸入理由，然後新增。`;
    else if (cause.value) hint.textContent = `因：${cause.value}。請在地圖上點選果，或從清單選擇。`;
    else hint.textContent = "在地圖上依序點選因、果兩張卡片，或從清單選擇。";
  };

  const pick = (code) => {
    if (cause.value && !effect.value && code !== cause.value) {
      effect.value = code;
    } else {
      // A second click on the same card clears the choice.
      cause.value = cause.value === code && !effect.value ? "" : code;
      effect.value = "";
    }
    show();
    say();
    if (cause.value && effect.value) reason.focus();
  };

  map.addEventListener("click", (event) => {
    const card = event.target.closest(".map-card");
    // With a modifier key or another button the card is a normal link.
    if (!card || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    pick(card.dataset.code);
  });

  for (const list of [cause, effect]) list.addEventListener("change", () => { show(); say(); });
  show();
  say();
}
