// The reporting table: stores unsaved texts on the server as a draft, and asks before the page is left.
"use strict";

{
  const form = document.querySelector("[data-draft]");
  const PAUSE = 1500;
  // Browsers limit the body of a request that outlives its page.
  const KEEPALIVE_BYTES = 60000;

  if (form) {
    const said = form.querySelector("[data-draft-said]");
    const sent = new Set();
    let timer = 0;
    let isLeaving = false;
    let lastBody = "";
    let underWay = null;

    const shown = (field) => {
      const initial = form.elements[`initial-${field.name}`];
      if (!initial) return field.type === "checkbox" ? field.defaultChecked : field.defaultValue;
      return field.type === "checkbox" ? initial.value === "True" : initial.value;
    };
    const plain = (value) => (typeof value === "string" ? value.replace(/\r\n?/g, "\n").trim() : value);
    const isChanged = (field) => plain(field.type === "checkbox" ? field.checked : field.value) !== plain(shown(field));
    const typeable = () => [...form.elements].filter((field) => /^kpi\d+-/.test(field.name) && field.type !== "hidden");
    const rowOf = (name) => name.match(/^(?:initial-)?(kpi\d+)-/)?.[1];
    const changedRows = () => new Set(typeable().filter(isChanged).map((field) => rowOf(field.name)));

    // Rows that differ from the shown values, or did when they were last sent; of these, only the differing fields.
    const body = () => {
      for (const row of changedRows()) sent.add(row);
      const same = new Set(typeable().filter((field) => form.elements[`initial-${field.name}`] && !isChanged(field)).map((field) => field.name));
      const found = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        const row = rowOf(name);
        if (row ? sent.has(row) && !same.has(name.replace(/^initial-/, "")) : name === "csrfmiddlewaretoken" || name === "draft") found.append(name, value);
      }
      return sent.size ? found.toString() : "";
    };

    const keep = async () => {
      clearTimeout(timer);
      const text = body();
      if (isLeaving || !text || text === lastBody) return;
      lastBody = text;
      underWay?.abort();
      underWay = new AbortController();
      try {
        const answer = await fetch(form.dataset.draft, {
          method: "POST", body: new URLSearchParams(text), signal: underWay.signal,
          keepalive: text.length < KEEPALIVE_BYTES, headers: { Accept: "application/json" },
        });
        if (answer.redirected) throw new Error("登入已逾時，草稿沒有保存；按「儲存」後重新登入，輸入的內容會保留。");
        if (answer.status === 413) throw new Error((await answer.json()).error);
        if (!answer.ok) throw new Error("草稿沒有自動保存；請按「儲存」。");
        const { saved_at: at } = await answer.json();
        said.textContent = at ? `草稿已自動保存 ${at}` : "";
        said.classList.remove("is-failed");
      } catch (error) {
        if (error.name === "AbortError") return;
        lastBody = "";
        said.textContent = error instanceof TypeError ? "連不上伺服器，草稿沒有自動保存。" : error.message;
        said.classList.add("is-failed");
      }
    };

    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE);
    };

    form.addEventListener("input", soon);
    // All forms of the page that send the typed texts, or got them before.
    document.addEventListener("submit", (event) => {
      if (event.target !== form && !event.target.matches("[data-fill]")) return;
      isLeaving = true;
      clearTimeout(timer);
      underWay?.abort();
    });
    window.addEventListener("pageshow", () => { isLeaving = false; });
    window.addEventListener("pagehide", keep);
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
    window.addEventListener("beforeunload", (event) => {
      if (!isLeaving && changedRows().size) event.preventDefault();
    });
    // Also store texts that the page already shows as typed, for example after an error.
    if (changedRows().size) soon();
  }
}
