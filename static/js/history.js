// Back and Forward change the address at once, and htmx then loads the page of it. A step taken before htmx listens,
// while a page is still loading, would leave that page under the address of another: it is made up for here.

function isOfAnother() {
  const loaded = performance.getEntriesByType("navigation")[0]?.name ?? "";
  return loaded.startsWith(location.origin) && loaded.split("#")[0] !== location.href.split("#")[0];
}

// After the listener of htmx for the same event, which is the one that begins to listen.
document.addEventListener("DOMContentLoaded", () => isOfAnother() && location.reload());
