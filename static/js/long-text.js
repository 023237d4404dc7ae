// A form has fields of a few megabytes at most, but files of any size: what is pasted and longer goes as a file.

const LONGEST = 1_000_000;

document.addEventListener("formdata", ({ target, formData }) => {
  for (const { name } of target.querySelectorAll("textarea[data-long-text]")) {
    const text = formData.get(name);
    if (text.length > LONGEST) formData.set(name, new File([text], `${name}.txt`, { type: "text/plain" }));
  }
});
