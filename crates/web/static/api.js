// Talking to the JSON API with the page's session.

const token = () => document.querySelector('meta[name="csrf-token"]').content;

/** The headers that prove that a request comes from this site's page. */
export const proof = () => ({ "X-CSRF-Token": token() });

/** An answer that is not what was asked for, in words for people. */
export class ApiError extends Error {
  /** @param {number} status @param {unknown} body the reply's JSON, where it had some */
  constructor(status, body) {
    super(messageOf(status, body));
    this.status = status;
  }
}

/** Posts JSON; the reply as it is. Throws an ApiError for any status but 2xx. */
export async function post(path, body, options = {}) {
  const reply = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...proof() },
    body: JSON.stringify(body),
    ...options,
  });
  if (!reply.ok) throw new ApiError(reply.status, await reply.json().catch(() => null));
  return reply;
}

/**
 * What a refusal says: `detail` is a text, an object with a `message`, or a list
 * of problems with a field each.
 */
export function messageOf(status, body) {
  if (status === 401) return "Your session has ended. Sign in again in another tab, then repeat this.";
  const detail = body?.detail ?? body?.error;
  if (Array.isArray(detail)) return detail.map(problem).join(" ");
  if (typeof detail === "string" && detail) return detail;
  if (typeof detail?.message === "string") return detail.message;
  if (typeof detail?.error === "string") return detail.error;
  return status >= 500 || !status
    ? "Something went wrong on our side. Please try again."
    : `The server refused this (${status}).`;
}

function problem({ loc, msg }) {
  const field = Array.isArray(loc) && loc.length > 1 ? `${String(loc.at(-1)).replaceAll("_", " ")}: ` : "";
  return `${field}${msg}${/[.!?]$/.test(msg) ? "" : "."}`;
}
