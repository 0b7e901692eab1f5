// Jobs as they go on: the server tells of every change, and this asks again when the
// stream ends before they do.

import { events } from "./stream.js";

/** How long to wait before asking again, in milliseconds. */
const PAUSE = 1000;

/** The jobs that have not ended, by id, with what to do when they change. */
const followed = new Map();
let isFollowing = false;

/**
 * Tells of a job until it has ended.
 * @param {(job: object) => void} onChange gets the whole job, as GET /api/jobs/{id} has it
 */
export function follow(id, onChange) {
  followed.set(id, onChange);
  if (!isFollowing) listen();
}

async function listen() {
  isFollowing = true;
  while (followed.size > 0) {
    try {
      const reply = await fetch("/api/jobs/events");
      if (reply.ok) for await (const job of events(reply)) tell(job);
    } catch {
      // The connection broke: asked again below.
    }
    for (const id of [...followed.keys()]) await ask(id);
    if (followed.size > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  isFollowing = false;
}

/** How one stands that the stream may have ended before. */
async function ask(id) {
  try {
    const reply = await fetch(`/api/jobs/${id}`);
    if (reply.ok) tell(await reply.json());
    else if (reply.status === 404) followed.delete(id);
  } catch {
    // Asked again later.
  }
}

function tell(job) {
  const onChange = followed.get(job.job_id);
  if (!onChange) return;
  if (["ready", "failed", "cancelled"].includes(job.status)) followed.delete(job.job_id);
  onChange(job);
}
