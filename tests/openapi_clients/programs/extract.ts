/**
 * A program with openapi-fetch and the types that openapi-typescript generates: extract.js URL RECORDING.
 *
 * It extracts a voiceprint, converts it, and meets two refusals and a rejection. Each answer has its generated type.
 */
import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./appliance.js";

type Refusal = components["schemas"]["Error"];
type Task = components["schemas"]["Task"];

const EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction";
const CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion";
const FINAL = new Set<components["schemas"]["TaskState"]>(["done", "failed", "rejected"]);

const [url, recording] = process.argv.slice(2);
assert(url && recording, "Usage: extract.js URL RECORDING");
const client = createClient<paths>({ baseUrl: url });

/** Return the data of an answer, which must be no refusal. */
function accepted<T>(answer: { data?: T; error?: Refusal }): T {
  assert(answer.data !== undefined, answer.error?.message ?? "no data");
  return answer.data;
}

/** Poll a task until its state is final; return the last answer. */
async function wait<T extends { task: Task }>(poll: () => Promise<{ data?: T; error?: Refusal }>): Promise<T> {
  for (;;) {
    const answer = accepted(await poll());
    if (FINAL.has(answer.task.state)) return answer;
    await sleep(50);
  }
}

/** Extract the voiceprints of a recording, with their vectors. */
async function extract(content: Uint8Array<ArrayBuffer>): Promise<components["schemas"]["ExtractionTask"]> {
  const form = new FormData();
  form.append("file", new Blob([content], { type: "audio/wav" }), "recording.wav");
  const { task } = accepted(
    await client.POST(EXTRACTION, {
      params: { query: { include_vector_voiceprint: true } },
      body: { file: "" }, // the type of a binary part is string; the serializer replaces it
      bodySerializer: () => form,
    }),
  );
  return wait(() => client.GET(`${EXTRACTION}/{task_id}`, { params: { path: { task_id: task.task_id } } }));
}

/** Convert voiceprints to vectors. */
async function convert(voiceprints: string[]): Promise<components["schemas"]["ConversionTask"]> {
  const { task } = accepted(await client.POST(CONVERSION, { body: { voiceprints } }));
  return wait(() => client.GET(`${CONVERSION}/{task_id}`, { params: { path: { task_id: task.task_id } } }));
}

const channel = (await extract(new Uint8Array(await readFile(recording)))).result?.channels[0];
assert(channel?.vector_voiceprint);
const vector: number[] = channel.vector_voiceprint;
assert.equal(vector.length, 128);
const conversion = await convert([channel.voiceprint]);
assert.deepEqual(conversion.result?.vector_voiceprints, [vector]);

const rejected = await extract(new TextEncoder().encode("no recording"));
assert.equal(rejected.task.state, "rejected");
assert.equal(rejected.error?.type, "task.validation-error");

const { error: refused, response } = await client.POST(CONVERSION, { body: { voiceprints: [] } });
assert.equal(response.status, 422);
assert(refused);
assert.equal(refused.type, "request.validation-error");
assert.deepEqual(refused.detail?.[0]?.location, ["body", "voiceprints"]);
const { error: unknown } = await client.GET(`${EXTRACTION}/{task_id}`, { params: { path: { task_id: randomUUID() } } });
assert.equal(unknown?.type, "resource.not-found");
console.log(`${channel.speech_length} s of speech; ${vector.length} numbers; refused: ${refused.message}`);
