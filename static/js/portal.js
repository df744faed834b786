// On every page: one click sends once, digits are counted, big photos shrink, no signal is said aloud.
// Every page works without this file; sentences come from the page, so they are in its language.
const WAIT = 15000; // a sending that takes longer may be tried again
const SMALL = 400000; // bytes; a JPEG below this is sent as it is
const sending = new Map(); // form -> {button, html, timer}

const settle = (form) => {
  const state = sending.get(form);
  if (!state) return;
  clearTimeout(state.timer);
  state.button?.removeAttribute("aria-disabled");
  sending.delete(form);
};

const warnOffline = (offline) => {
  const line = document.querySelector("[data-ps-offline] > p");
  if (line) line.hidden = !offline;
};

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (sending.has(form)) return event.preventDefault();
  warnOffline(!navigator.onLine);
  if (!navigator.onLine) return event.preventDefault(); // the page stays, with everything typed; the button tries again
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  // A disabled button would not send its name, and would stay dead after a failed try: only look busy.
  button?.setAttribute("aria-disabled", "true");
  sending.set(form, { button, timer: setTimeout(settle, WAIT, form) });
});

addEventListener("pageshow", () => [...sending.keys()].forEach(settle)); // back button: the page is as it was left
addEventListener("offline", () => warnOffline(true));
addEventListener("online", () => warnOffline(false));

// --- digits ---
const say = (line) => {
  const box = document.getElementById(line.dataset.psCount);
  const { psLow, psHigh, psFew, psMany, psRight } = line.dataset;
  const typed = box.value.replace(/\D/g, "").length;
  const words = typed < Number(psLow) ? psFew : typed > Number(psHigh) ? psMany : psRight;
  line.textContent = typed ? words.replace("{n}", typed) : "";
};

const countDigits = (line) => {
  let later;
  document.getElementById(line.dataset.psCount)?.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(say, 400, line); // a screen reader hears the pause, not each key
  });
};

// --- photos: longest side as data-ps-shrink says; re-encoding also drops the place where it was taken ---
const shrink = async (file, side) => {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  return new File([blob], "foto.jpg", { type: "image/jpeg" });
};

addEventListener("change", async (event) => {
  const input = event.target;
  const side = Number(input.dataset?.psShrink);
  const file = side ? input.files[0] : null;
  if (!file || (file.type === "image/jpeg" && file.size <= SMALL)) return;
  try {
    const smaller = await shrink(file, side);
    if (input.files[0] !== file || smaller.size >= file.size) return;
    const basket = new DataTransfer();
    basket.items.add(smaller);
    input.files = basket.files;
  } catch {
    // Not a picture this browser can read: the server says so in words.
  }
});

document.querySelectorAll("[data-ps-count]").forEach(countDigits);
document.querySelector("[data-ps-focus]")?.focus();
document.querySelectorAll("[data-ps-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
if (!navigator.onLine) warnOffline(true);
