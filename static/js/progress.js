// A page that shows how far something is looks again by itself, unless somebody is writing on it.
// Without this file the link below the bar does the same.
const line = document.querySelector("[data-ps-progress]");

const again = () => {
  if (document.hidden || document.activeElement?.matches("input, textarea")) return later();
  location.reload();
};

const later = () => setTimeout(again, 1000 * Number(line.dataset.psProgress));

if (line) later();
