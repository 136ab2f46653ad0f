// What pages need beyond HTML and htmx. Every page works without it.
(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-menu]");
    if (button) {
      const open = document.body.classList.toggle("menu-open");
      button.setAttribute("aria-expanded", String(open));
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim());
      copy.textContent = copy.dataset.copied;
    }
    for (const sheet of document.querySelectorAll("details.account[open], details.menu[open]")) {
      if (!sheet.contains(event.target)) sheet.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const sheet of document.querySelectorAll("details.account[open], details.menu[open]")) {
        sheet.open = false;
        sheet.querySelector("summary").focus();
      }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const search = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (search) {
      event.preventDefault();
      if (search.matches("[type=radio]")) search.checked = true;
      search.focus();
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    }
  });

  // j and k go through the links of the first column of a list.
  const move = (step) => {
    const links = [...document.querySelectorAll("#list tbody tr th a, #list tbody tr td:first-child a")];
    if (!links.length) return;
    const next = links.indexOf(document.activeElement) + step;
    links[Math.max(0, Math.min(links.length - 1, next))].focus();
  };

  // On a phone a row stands as a card, each cell under its column's name; the style sheet does the rest.
  const label = () => {
    for (const table of document.querySelectorAll(".table-box > table:not(.labelled)")) {
      const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
      for (const body of table.tBodies) {
        for (const row of body.rows) [...row.cells].forEach((cell, at) => (cell.dataset.label = names[at] ?? ""));
      }
      table.classList.add("labelled");
    }
  };
  label();
  document.addEventListener("htmx:afterSettle", label);

  // A picture that is wider than its place shows the model it is about.
  for (const place of document.querySelectorAll(".drawing")) {
    const own = place.querySelector(".lineage-subject")?.getBoundingClientRect();
    if (own) place.scrollLeft += own.left - place.getBoundingClientRect().left - (place.clientWidth - own.width) / 2;
  }

  // A form is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    }
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) delete form.dataset.sent;
  });
})();
