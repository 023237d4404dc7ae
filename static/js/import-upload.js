// The upload of an import: a file can be dropped, and the bar shows how far it is. Without this module the form
// does the same in silence.

const say = (form, text) => (form.querySelector("[data-import-said]").textContent = text);

function showProblem(form, text) {
  const line = form.querySelector("[data-import-problem]");
  line.textContent = text;
  line.hidden = !text;
}

function setBusy(form, busy) {
  form.querySelector("[data-import-progress]").hidden = !busy;
  form.querySelector("[type=submit]").disabled = busy;
  form.toggleAttribute("aria-busy", busy);
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

function finish(form, request) {
  if (request.status === 200) {
    location.assign(request.responseURL);
    return;
  }
  setBusy(form, false);
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const told = page.querySelector("[data-import-problem], .state h1, .state h2")?.textContent.trim();
  showProblem(form, told || "The upload failed. Try again.");
}

function upload(form) {
  const request = new XMLHttpRequest();
  const bar = form.querySelector("progress");
  showProblem(form, "");
  setBusy(form, true);
  request.upload.addEventListener("progress", (event) => {
    bar.value = (100 * event.loaded) / event.total;
    const whole = event.loaded === event.total;
    say(form, whole ? "Reading the file" : `Uploading: ${megabytes(event.loaded)} of ${megabytes(event.total)} MB`);
  });
  request.addEventListener("load", () => finish(form, request));
  request.addEventListener("error", () => {
    setBusy(form, false);
    showProblem(form, "The connection broke before the file had arrived. Nothing of it was kept; try again.");
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-import-upload]")) return;
  event.preventDefault();
  upload(event.target);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const place = event.target.closest?.("[data-import-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("drop-over", name === "dragover");
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    const field = place.querySelector("input[type=file]");
    field.files = event.dataTransfer.files;
    upload(field.form);
  });
}
