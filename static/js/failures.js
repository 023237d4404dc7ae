// When the server cannot be reached, or fails, a line says so; the next success takes it away.
// While an answer is under way, the part that waits says that it is busy.

const line = () => document.getElementById("failures");

for (const [name, kind] of [["htmx:sendError", "connection"], ["htmx:timeout", "connection"], ["htmx:responseError", "server"]]) {
  document.addEventListener(name, () => {
    for (const text of line().querySelectorAll("[data-failure]")) text.hidden = text.dataset.failure !== kind;
    line().hidden = false;
  });
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.isError) line().hidden = true;
});
document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.target.removeAttribute("aria-busy"));
