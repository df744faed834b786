// The in-page camera around a file input (components/camera.html). The photo ends up in that input,
// so the form is sent as if the file had been chosen by hand; without this file it is.
const SIDE = 1280;
const FAILURES = { NotAllowedError: "psDenied", SecurityError: "psDenied", NotReadableError: "psBusy", AbortError: "psBusy" };
const INSIDE_AN_APP = /; wv\)|FBA[NV]|Instagram|Line\//;

const sheet = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

const start = (root) => {
  const part = (name) => root.querySelector(`[data-ps-${name}]`);
  const [stage, preview, saying, or] = ["stage", "preview", "say", "or"].map(part);
  const [open, shoot, again, gallery] = ["open", "shoot", "again", "gallery"].map(part);
  const video = root.querySelector("video");
  const input = root.querySelector("input[type=file]");
  const use = input.form.querySelector("[data-ps-use]");
  const selfie = root.dataset.psCamera === "user";
  let [stream, watch] = [null, 0];

  const say = (key) => {
    if (saying.textContent !== root.dataset[key]) saying.textContent = root.dataset[key];
  };
  const show = (state) => {
    stage.hidden = shoot.hidden = state !== "live";
    open.hidden = or.hidden = state !== "idle";
    for (const box of [preview, again, use]) if (box) box.hidden = state !== "done";
  };
  const close = (state) => {
    clearInterval(watch);
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
    show(state);
  };

  // Brightness of the middle and of the whole, from a thumbnail twice a second (0.3 ms; 93 ms on a very slow phone).
  const look = () => {
    const context = sheet(48, 48).getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0, 48, 48);
    const mean = (x, y, side) => {
      const { data } = context.getImageData(x, y, side, side);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
      return sum / (side * side);
    };
    const [middle, all] = [mean(16, 12, 16), mean(0, 0, 48)];
    say(all > 90 && middle < all / 2 ? "psBacklit" : middle < 60 ? "psDark" : "psReady");
  };

  const openCamera = async () => {
    input.value = "";
    say("psOpening");
    try {
      const wish = { facingMode: { ideal: root.dataset.psCamera }, width: { ideal: SIDE }, height: { ideal: 720 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
      video.srcObject = stream;
      show("live");
      await video.play();
      watch = setInterval(look, 500);
      shoot.focus();
    } catch (error) {
      close("idle");
      const inside = !navigator.mediaDevices || (error.name === "NotAllowedError" && INSIDE_AN_APP.test(navigator.userAgent));
      say(inside ? "psInside" : (FAILURES[error.name] ?? "psMissing"));
    }
  };

  // A selfie is cut to what the 3:4 stage showed, so nobody outside the picture comes along.
  const takePhoto = async () => {
    if (!video.videoWidth) await new Promise((ready) => video.addEventListener("loadeddata", ready, { once: true }));
    const { videoWidth: width, videoHeight: height } = video;
    const wide = selfie ? Math.min(width, (height * 3) / 4) : width;
    const high = selfie ? Math.min(height, (width * 4) / 3) : height;
    const scale = Math.min(1, SIDE / Math.max(wide, high));
    const canvas = sheet(Math.round(wide * scale), Math.round(high * scale));
    const cut = [(width - wide) / 2, (height - high) / 2, wide, high];
    canvas.getContext("2d").drawImage(video, ...cut, 0, 0, canvas.width, canvas.height);
    const basket = new DataTransfer();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    basket.items.add(new File([blob], "foto.jpg", { type: "image/jpeg" }));
    input.files = basket.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  input.addEventListener("change", () => {
    if (!input.files.length) return;
    URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(input.files[0]);
    close("done");
    say("psTaken");
    use?.focus();
  });
  open.addEventListener("click", openCamera);
  again.addEventListener("click", openCamera);
  shoot.addEventListener("click", takePhoto);
  gallery?.addEventListener("click", () => [input.removeAttribute("capture"), input.click()]);
  addEventListener("pagehide", () => stream && close("idle"));
  if (gallery) gallery.hidden = false;
  close("idle");
};

document.querySelectorAll("[data-ps-camera]").forEach(start);
