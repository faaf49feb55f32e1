// A slider over the agency's years replaces the map in place; the links of the years stay below it.
"use strict";

const years = document.querySelector(".year-bar .switch");
const links = years ? [...years.querySelectorAll("a")] : [];

if (links.length > 1) {
  const slider = Object.assign(document.createElement("input"), {
    type: "range", className: "year-slider", min: 0, max: links.length - 1,
    value: links.findIndex((link) => link.ariaCurrent),
  });
  slider.setAttribute("aria-label", "年度");
  slider.style.setProperty("--stops", links.length);
  years.append(slider);
  let loading = new AbortController();

  const show = (year) => {
    slider.setAttribute("aria-valuetext", links[year].textContent.trim());
    links.forEach((link, index) => { link.ariaCurrent = index === year ? "true" : null; });
  };

  const exchange = (page) => {
    // The slider is not replaced: a finger or the focus is on it.
    const outside = [".topbar", ".compare-switch", ".agency-switch", ".page-foot"];
    for (const part of [...outside, ".crumbs", "h1", ".page-actions"]) {
      document.querySelector(part)?.replaceWith(page.querySelector(part));
    }
    // Only closed years may have one.
    document.querySelector(".corrections-notice")?.remove();
    const notice = page.querySelector(".corrections-notice");
    if (notice) document.querySelector("main").before(notice);
    const head = document.querySelector(".page-head");
    while (head.nextSibling) head.nextSibling.remove();
    let part = page.querySelector(".page-head");
    const fresh = [];
    while ((part = part.nextSibling)) fresh.push(part);
    head.after(...fresh);
    document.title = page.title;
  };

  slider.addEventListener("input", async () => {
    const year = Number(slider.value);
    const { href } = links[year];
    show(year);
    loading.abort();
    loading = new AbortController();
    try {
      const answer = await fetch(href, { signal: loading.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      exchange(page);
      history.replaceState(null, "", href);
    } catch (error) {
      // Show the page that came instead of the map, for example the login page.
      if (error.name !== "AbortError") location.assign(href);
    }
  });
  show(Number(slider.value));
}
