// Takes a photograph with the webcam and puts it into the page's file field; without a camera the field is enough.
const box = document.querySelector("[data-ps-camera]");
const openRow = document.querySelector("[data-ps-open-row]");
const preview = document.querySelector("[data-ps-preview]");
const status = document.querySelector("[data-ps-status]");
const file = document.querySelector("input[type=file]");
const LONGEST_SIDE = 1280;
let stream = null;

async function open() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: LONGEST_SIDE } },
    });
  } catch {
    openRow.textContent = "Kamera tidak bisa dibuka. Pilih foto dari komputer.";
    return;
  }
  openRow.hidden = true;
  box.hidden = false;
  preview.srcObject = stream;
  await preview.play();
}

function shoot() {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(preview.videoWidth, preview.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(preview.videoWidth * scale);
  canvas.height = Math.round(preview.videoHeight * scale);
  canvas.getContext("2d").drawImage(preview, 0, 0, canvas.width, canvas.height);
  canvas.toBlob(use, "image/jpeg", 0.92);
}

function use(blob) {
  const chosen = new DataTransfer();
  chosen.items.add(new File([blob], "foto.jpg", { type: "image/jpeg" }));
  file.files = chosen.files;
  preview.pause();
  stream.getTracks().forEach((track) => track.stop());
  status.textContent = "Foto sudah diambil. Tekan Simpan foto.";
  document.querySelector("[data-ps-shoot]").hidden = true;
}

if (navigator.mediaDevices?.getUserMedia) {
  openRow.hidden = false;
  document.querySelector("[data-ps-open]").addEventListener("click", open);
  document.querySelector("[data-ps-shoot]").addEventListener("click", shoot);
}
