// `data-property-search="id"`: typing leaves the properties of that list whose name or value
// contains the text.

function search(field) {
  const list = document.getElementById(field.dataset.propertySearch);
  const text = field.value.trim().toLowerCase();
  let found = 0;
  for (const property of list.querySelectorAll("[data-property]")) {
    const original = property.querySelector("dt").title;
    property.hidden = !`${original}\n${property.textContent}`.toLowerCase().includes(text);
    found += property.hidden ? 0 : 1;
  }
  list.parentElement.querySelector("[data-no-property]").hidden = found > 0;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-property-search]")) search(event.target);
});
