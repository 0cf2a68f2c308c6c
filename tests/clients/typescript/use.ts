// What a TypeScript developer would write against the generated types. Prints what it found.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Statement = components["schemas"]["Statement"];

const client = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

async function everything(speaker: string): Promise<Statement[]> {
  const found: Statement[] = [];
  let cursor: string | undefined;
  do {
    const { data, error } = await client.GET("/statements", {
      params: { query: { speaker: [speaker], limit: 3, total: "none", cursor } },
    });
    if (error) throw new Error(error.detail);
    found.push(...(data.data as Statement[])); // whole ones, since no `fields` were selected
    cursor = data.page.next_cursor ?? undefined;
  } while (cursor);
  return found;
}

const found = await everything("Peskov");
const first = found[0];
if (!first) throw new Error("nothing found");
const one = await client.GET("/statements/{statement_id}", {
  params: { path: { statement_id: first.id } },
});
const wrong = await client.GET("/statements", {
  params: {
    query: {
      limit: 1000,
      // @ts-expect-error the types know which kinds there are
      kind: ["loud"],
    },
  },
});
const missing = await client.GET("/speakers/{speaker_id}", {
  params: { path: { speaker_id: 999999 } },
});
const csv = await client.GET("/statements.csv", {
  params: { query: { speaker: ["Peskov"] } },
  parseAs: "text",
});
const changes = await client.GET("/changes", { params: { query: { type: "speaker" } } });

console.log(
  JSON.stringify({
    ids: found.map((statement) => statement.id),
    speakers: [...new Set(found.map((statement) => statement.speaker?.name))],
    exact: first.occurrence.selectors.flatMap((s) => ("exact" in s ? [s.exact] : [])),
    same: one.data?.text === first.text,
    wrong: wrong.error?.errors?.map((problem) => problem.parameter),
    missing: missing.error?.type,
    rows: csv.data?.trim().split("\r\n").length,
    changed: changes.data?.data.every((change) => change.speaker !== null),
  }),
);
