// One file on its way to the library. XMLHttpRequest, since fetch does not tell
// how much of a request has been sent.

import { messageOf, proof } from "./api.js";

/**
 * Sends a file with its description.
 * @param {(percent: number) => void} onProgress how much has been sent, 0 to 100
 * @returns {{abort: () => void, answer: Promise<{pause: number} & ({ok: true, job: object} | {ok: false, isTooSoon?: boolean, isCancelled?: boolean, message: string})>}}
 *   `pause` is how many seconds the server wants to be left alone before the next file
 */
export function upload(file, metadata, onProgress) {
  const body = new FormData();
  body.append("metadata", JSON.stringify(metadata));
  body.append("sensitivity_confirmed", "true");
  body.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", "/api/documents/upload?wait=false");
  for (const [name, value] of Object.entries(proof())) request.setRequestHeader(name, value);
  request.responseType = "json";
  const answer = new Promise((resolve) => {
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress((event.loaded / event.total) * 100);
    });
    request.addEventListener("load", () => resolve({ pause: pause(request), ...outcome(request.status, request.response) }));
    request.addEventListener("error", () => resolve({ pause: 0, ok: false, message: "The connection broke. Please try again." }));
    request.addEventListener("abort", () => resolve({ pause: 0, ok: false, isCancelled: true, message: "Cancelled." }));
    request.send(body);
  });
  return { abort: () => request.abort(), answer };
}

function outcome(status, body) {
  if (status === 202) return { ok: true, job: body };
  return { ok: false, isTooSoon: status === 429, message: messageOf(status, body) };
}

/** The server counts what it is sent: after the last that it takes for now, wait. */
function pause(request) {
  const isOver = request.status === 429 || request.getResponseHeader("X-RateLimit-Remaining") === "0";
  return isOver ? Number(request.getResponseHeader("X-RateLimit-Reset")) || 1 : 0;
}
