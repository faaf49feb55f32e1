// A hovered or focused card lights its causes and effects, over any distance, and dims the rest.
"use strict";

for (const map of document.querySelectorAll(".strategy-map")) {
  const links = [...map.querySelectorAll(".map-link")];
  const cards = [...map.querySelectorAll(".map-card")];

  const follow = (start, from, to) => {
    const found = new Set([start]);
    for (const code of found) {
      for (const link of links) {
        if (link.dataset[from] === code) found.add(link.dataset[to]);
      }
    }
    return found;
  };

  const light = (code) => {
    const causes = follow(code, "effect", "cause");
    const effects = follow(code, "cause", "effect");
    for (const card of cards) {
      card.classList.toggle("is-lit", causes.has(card.dataset.code) || effects.has(card.dataset.code));
    }
    for (const link of links) {
      const { cause, effect } = link.dataset;
      const isLit = (causes.has(cause) && causes.has(effect)) || (effects.has(cause) && effects.has(effect));
      link.classList.toggle("is-lit", isLit);
    }
    map.classList.add("is-focused");
  };

  const dim = () => map.classList.remove("is-focused");

  if (links.length) {
    for (const card of cards) {
      const code = card.dataset.code;
      // A finger opens the card at once; only what hovers asks to see first.
      card.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") light(code); });
      card.addEventListener("pointerleave", dim);
      card.addEventListener("focusin", () => light(code));
      card.addEventListener("focusout", dim);
    }
  }
}
