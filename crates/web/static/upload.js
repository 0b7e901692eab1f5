// One file on its way to the library. XMLHttpRequest, since fetch does not tell
// how much of a request has been sent.

import { messageOf, proof } from "./api.js";

/**
 * Sends a file with its description.
 * @param {(percent: number) => void} onProgress how much has been sent, 0 to 100
 * @returns {Promise<{ok: true, id: string, passages: number, message: string} | {ok: false, message: string}>}
 */
export function upload(file, metadata, onProgress) {
  const body = new FormData();
  body.append("metadata", JSON.stringify(metadata));
  body.append("sensitivity_confirmed", "true");
  body.append("file", file);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/documents/upload");
    for (const [name, value] of Object.entries(proof())) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress((event.loaded / event.total) * 100);
    });
    request.addEventListener("load", () => resolve(outcome(request.status, request.response)));
    request.addEventListener("error", () => resolve({ ok: false, message: "The connection broke. Please try again." }));
    request.send(body);
  });
}

function outcome(status, body) {
  if (status === 201) {
    return { ok: true, id: body.doc_id, passages: body.chunks_created, message: body.message };
  }
  return { ok: false, message: messageOf(status, body) };
}
