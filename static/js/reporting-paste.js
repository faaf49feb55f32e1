// The reporting table: cells pasted into a figure are shown in a dialog before they are filled in.
"use strict";

{
  const form = document.querySelector("[data-paste]");
  const dialog = document.querySelector("[data-paste-dialog]");

  if (form && dialog) {
    const isSeveral = (text) => /[\t\n]/.test(text.replace(/\r\n?/g, "\n").replace(/\n+$/, ""));

    const show = (markup) => {
      // The markup is from our own server, with every text escaped.
      dialog.innerHTML = markup;
      dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
      dialog.showModal();
    };

    form.addEventListener("paste", async (event) => {
      const text = event.clipboardData.getData("text/plain");
      if (!event.target.matches("input[data-figure]") || !/-actual_\d+$/.test(event.target.name) || !isSeveral(text)) return;
      event.preventDefault();
      const body = new FormData(form);
      body.append("text", text);
      body.append("start", event.target.name);
      try {
        const answer = await fetch(form.dataset.paste, { method: "POST", body: new URLSearchParams(body), headers: { "HX-Request": "true" } });
        if (answer.redirected) throw new Error();
        show(await answer.text());
      } catch {
        // Use the page for pasting instead (or the login page before it); the table's texts are sent along.
        form.requestSubmit(document.querySelector('button[name="then"][value="paste"]'));
      }
    });
  }
}
