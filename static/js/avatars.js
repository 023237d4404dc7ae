// A picture that does not load makes room for the face that is drawn behind it.

document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.(".avatar-picture")) event.target.remove();
  },
  true,
);

// Those that failed before this module ran.
for (const picture of document.querySelectorAll(".avatar-picture")) {
  if (picture.complete && picture.currentSrc && !picture.naturalWidth) picture.remove();
}
