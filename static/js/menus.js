// Menus are popovers: opening, Escape, a click beside them and the return of the focus are the
// browser's. This places them in browsers that cannot anchor them by CSS.

const anchored = CSS.supports("position-area", "block-end span-inline-end");

function place(menu) {
  // What a script opened says by which button.
  const { opener } = menu.dataset;
  const button = opener
    ? document.getElementById(opener)
    : document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (!button) return;
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = menu.classList.contains("menu-right") ? at.right - width : at.left;
  const below = at.bottom + height + 8 < innerHeight && !menu.classList.contains("menu-up");
  menu.style.left = `${Math.max(16, Math.min(left, innerWidth - width - 16))}px`;
  menu.style.top = `${below ? at.bottom : Math.max(16, at.top - height - 8)}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!anchored && event.newState === "open" && menu.matches("[data-menu]")) place(menu);
  },
  true,
);

// What is found is shorter than what stood there: a pop-up that shrank under the pointer would be clicked beside, and
// so closed.
for (const name of ["input", "click"]) {
  document.addEventListener(name, (event) => {
    const popup = event.target.closest("[data-menu]:popover-open, .columns-dialog[open]");
    if (popup && event.target.closest("[type=search], [data-tab]")) popup.style.minHeight = `${popup.offsetHeight}px`;
  });
}

for (const name of ["toggle", "close"]) {
  document.addEventListener(
    name,
    (event) => {
      if (event.newState !== "open") event.target.style?.removeProperty("min-height");
    },
    true,
  );
}
