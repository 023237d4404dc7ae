// The table is always asked for by the latest search, order and filter together. A request takes the place of the one
// under way (hx-sync), so it says what that one said; while the filter's form is ahead of the page, it asks for all.

const DELAY = 250;

const field = () => document.getElementById("search-profiles");
const filter = () => document.querySelector("#people [data-builder-form][data-waiting]");
const here = () => new URLSearchParams(location.search);
const isTable = (target) => target.id === "results";

let timer;
// The search that was asked for last, and an order that no answer has come to.
let asked = field()?.value;
let sort = null;
let next = null;

/** What is newer than the page, by its name in the address. */
function latest() {
  return { search: field().value.trim(), ...(sort === null ? {} : { sort }) };
}

function search() {
  clearTimeout(timer);
  if (field().value !== asked) (filter() ?? field().form).requestSubmit();
}

document.addEventListener("input", (event) => {
  if (event.target !== field()) return;
  clearTimeout(timer);
  timer = setTimeout(search, DELAY);
});

/* Before a request: whose it is. */

function isSort(event) {
  return event.detail.elt.id === "sort-form";
}

document.addEventListener("htmx:confirm", (event) => {
  const { elt, target } = event.detail;
  if (!field() || !filter() || elt === filter()) return;
  if (isTable(target) && !elt.matches("[data-columns-form], [data-columns-form] *")) {
    event.preventDefault();
    // A link of a table that is about to go leads nowhere.
    if (isSort(event)) sort = event.detail.triggeringEvent.submitter.value;
    if (elt.matches("form")) filter().requestSubmit();
  } else if (elt.matches("[data-latest]")) {
    event.preventDefault();
    next = event.detail.issueRequest;
  }
});

// What began before the answer to the filter goes on with what that brought.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!next || filter() || !event.target.matches("[data-builder-form]")) return;
  next(true);
  next = null;
});

document.addEventListener("htmx:configRequest", (event) => {
  const { detail } = event;
  if (!field() || !(isTable(detail.target) || detail.elt.matches("[data-latest]"))) return;
  if (isSort(event)) sort = detail.formData.get("sort");
  if (detail.elt.matches("[data-latest]")) write(detail.formData);
  else if (detail.verb === "get") detail.path = renew(detail.path);
  if (!isTable(detail.target)) return;
  clearTimeout(timer);
  asked = field().value;
});

function write(fields) {
  for (const [name, value] of Object.entries(latest())) {
    if (value) fields.set(name, value);
    else fields.delete(name);
  }
}

/** A link that keeps what the page shows keeps what is newer than that; pages are of one list. */
function renew(address) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(latest())) {
    const shown = here().get(name) ?? "";
    if (shown === value || (url.searchParams.get(name) ?? "") !== shown) continue;
    url.searchParams.set(name, value);
    url.searchParams.delete("page");
  }
  return `${url.pathname}${url.search}`;
}

for (const name of ["htmx:beforeOnLoad", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (!isTable(event.detail.target)) return;
    sort = null;
    if (name !== "htmx:beforeOnLoad") next = null;
  });
}

/* Links that load the whole page, and the browser's own steps. */

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#people a[href]:not([hx-get], [href^='#'])");
  if (field() && link && link.pathname === location.pathname) link.href = renew(link.href);
});

addEventListener("popstate", () => {
  clearTimeout(timer);
  const people = document.getElementById("people");
  if (people) htmx.trigger(people, "htmx:abort");
});

addEventListener("pageshow", (event) => {
  if (event.persisted && field()) search();
});
