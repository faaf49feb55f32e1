// A hovered or focused card highlights all its direct and indirect causes and effects, and dims the rest.
"use strict";

{
  const follow = (start, links, from, to) => {
    const found = new Set([start]);
    for (const code of found) {
      for (const link of links) {
        if (link.dataset[from] === code) found.add(link.dataset[to]);
      }
    }
    return found;
  };

  const light = (card) => {
    const map = card.closest(".strategy-map");
    const links = [...map.querySelectorAll(".map-link")];
    if (!links.length) return;
    const causes = follow(card.dataset.code, links, "effect", "cause");
    const effects = follow(card.dataset.code, links, "cause", "effect");
    for (const other of map.querySelectorAll(".map-card")) {
      other.classList.toggle("is-lit", causes.has(other.dataset.code) || effects.has(other.dataset.code));
    }
    for (const link of links) {
      const { cause, effect } = link.dataset;
      const isLit = (causes.has(cause) && causes.has(effect)) || (effects.has(cause) && effects.has(effect));
      link.classList.toggle("is-lit", isLit);
    }
    map.classList.add("is-focused");
  };

  const dim = (card) => card.closest(".strategy-map").classList.remove("is-focused");

  // Listeners on the document, because the slider of years replaces the map.
  const onCard = (type, act) => document.addEventListener(type, (event) => {
    const card = event.target.closest?.(".map-card");
    // Touch opens the card at once; only pointers that hover highlight.
    if (!card || event.pointerType === "touch" || card.contains(event.relatedTarget)) return;
    act(card);
  });

  onCard("pointerover", light);
  onCard("pointerout", dim);
  onCard("focusin", light);
  onCard("focusout", dim);
}
