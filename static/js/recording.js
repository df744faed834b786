// A face in motion: the server says which moves, the page says them one at a time and takes pictures.
// verification/face_recording.html shows what is hidden; every sentence is there. Nothing is judged here.
const SIDE = 640;
const START = 3; // pictures while looking straight, then two of every move
const SETTLE = 0.55; // share of a move's time before its first picture
const FAILURES = { NotAllowedError: "psDenied", SecurityError: "psDenied", NotReadableError: "psBusy", AbortError: "psBusy" };
const ARROWS = { straight: "●", left: "←", right: "→", closer: "⤢" };

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const capital = (word) => word[0].toUpperCase() + word.slice(1);

const begin = (root) => {
  const part = (name) => root.querySelector(`[data-ps-${name}]`);
  const [stage, saying, arrow, bar] = ["stage", "say", "arrow", "bar"].map(part);
  const [open, record, send, turn] = ["open", "record", "send", "turn"].map(part);
  const video = root.querySelector("video");
  const form = root.querySelector("form");
  const frames = form.elements.namedItem("frames");
  let stream = null;

  const say = (words) => {
    if (saying.textContent !== words) saying.textContent = words;
  };
  const show = (state) => {
    stage.hidden = state !== "live" && state !== "moving";
    open.hidden = state !== "idle";
    turn.hidden = state !== "idle" && state !== "live";
    record.hidden = state !== "live";
    bar.hidden = arrow.hidden = state !== "moving";
    send.hidden = state !== "done";
  };
  const close = (state) => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
    delete root.dataset.psMove;
    show(state);
  };

  const openCamera = async () => {
    say(root.dataset.psOpening);
    try {
      const wish = { facingMode: { ideal: root.dataset.psCamera }, width: { ideal: SIDE }, height: { ideal: 480 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
      video.srcObject = stream;
      show("live");
      await video.play();
      say(root.dataset.psReady);
      record.focus();
      root.scrollIntoView();
    } catch (error) {
      close("idle");
      say(root.dataset[FAILURES[error.name] ?? "psMissing"]);
    }
  };

  const takePicture = async () => {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    const sheet = document.createElement("canvas");
    sheet.width = Math.round(video.videoWidth * scale);
    sheet.height = Math.round(video.videoHeight * scale);
    sheet.getContext("2d").drawImage(video, 0, 0, sheet.width, sheet.height);
    const blob = await new Promise((done) => sheet.toBlob(done, "image/jpeg", 0.8));
    return new File([blob], "gambar.jpg", { type: "image/jpeg" });
  };

  const recordMoves = async () => {
    const asked = await fetch(root.dataset.psAsk, { method: "POST", body: new FormData(form) }).then((answer) => answer.json());
    if (!asked.token) throw new Error(asked.message);
    const basket = new DataTransfer();
    const moves = [["straight", START], ...asked.moves.map((move) => [move, 2])];
    show("moving");
    for (const [place, [move, pictures]] of moves.entries()) {
      root.dataset.psMove = move;
      say(root.dataset[`ps${capital(move)}`]);
      arrow.textContent = root.dataset.psCamera === "user" ? ARROWS[move] : "";
      bar.value = place;
      await wait(asked.pace * SETTLE);
      for (let taken = 0; taken < pictures; taken += 1) {
        if (!stream) throw new Error();
        basket.items.add(await takePicture());
        await wait((asked.pace * (1 - SETTLE)) / pictures);
      }
    }
    [form.elements.namedItem("token").value, frames.files] = [asked.token, basket.files];
  };

  open.addEventListener("click", openCamera);
  record.addEventListener("click", () => {
    record.hidden = true;
    recordMoves().then(
      () => [close("done"), say(root.dataset.psSending), form.requestSubmit(send)],
      (error) => [close("idle"), say(error.message || root.dataset.psInterrupted)],
    );
  });
  addEventListener("pagehide", () => stream && close("idle"));
  show("idle");
  say("");
};

document.querySelectorAll("[data-ps-recording]").forEach(begin);
